import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry, FormatDefinition } from '@provisioning-dist/core';
import {
  ContentStore,
  cpio,
  type Member,
  type Parts,
  type Plain,
  readTar,
  readZip,
  type TarDialect,
  type TarOptions,
  tar,
  tarLength,
  zip,
} from '@provisioning-dist/payload';
import { writeParts } from '../../packages/core/src/lifecycle/output.ts';
import type { ArchiveOptions } from '../../packages/plugin-archive/src/options.ts';
import { tarGzFormat } from '../../packages/plugin-archive/src/tar-gz.ts';
import { zipFormat } from '../../packages/plugin-archive/src/zip.ts';
import { directory, file, formatJob, symlink } from '../../packages/plugin-archive/test/package.ts';
import { needs, run, temporaryFolder } from './tools.ts';

const MTIME = 1_700_000_000;
const TOP = 'app-1.2.3-linux-amd64';

/** Everything a distribution can hold, with names that need extended headers. */
const ENTRIES: readonly Entry[] = [
  file('LICENSE', 'MIT\n'),
  directory('bin'),
  file('bin/app', Buffer.alloc(300_000, 'machine code '), 0o755),
  symlink('bin/latest', 'app'),
  file('bin/setuid', '#!/bin/sh\n', 0o4755),
  directory('empty'),
  directory('share', 0o750),
  file(`share/${'a-100-'.repeat(15)}`, 'long\n'),
  file(`share/${'é'.repeat(100)}`, 'long and not ASCII\n'),
  file('share/nothing'),
  symlink(`share/${'z'.repeat(120)}`, `${'x/../'.repeat(40)}nothing`),
].toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));

async function write(
  parts: (content: ContentStore) => Parts,
  path: string,
  members: readonly Member[],
  segments: 'solid' | 'each' = 'solid',
): Promise<void> {
  const store = await ContentStore.open();
  try {
    await store.prepare(members, { codec: 'deflate', digests: ['sha256'], segments });
    await writeParts(parts(store), { path, store });
  } finally {
    await store.close();
  }
}

async function writeFormat(format: FormatDefinition<ArchiveOptions>, folder: string): Promise<string> {
  const fileName = `${TOP}.${format.ext}`;
  const job = formatJob<ArchiveOptions>(ENTRIES, { options: {}, fileName, date: MTIME });
  const path = join(folder, fileName);
  await write((content) => format.write?.({ ...job, content }) ?? [], path, ENTRIES, format === zipFormat ? 'each' : 'solid');
  return path;
}

/** A container without compression. */
async function writePlain(path: string, members: readonly Member[], container: (content: ContentStore) => Iterable<Plain>): Promise<void> {
  const store = await ContentStore.open();
  try {
    await store.prepare(members, { digests: ['sha256'] });
    const parts = function* () {
      for (const piece of container(store)) yield 'sha256' in piece ? ({ ...piece, codec: 'none' } as const) : piece;
    };
    await writeParts(parts(), { path, store });
  } finally {
    await store.close();
  }
}

function writeTar(path: string, members: readonly Member[], options: TarOptions): Promise<void> {
  return writePlain(path, members, (content) => tar(members, content, options));
}

function writeCpio(path: string, form: 'newc' | 'odc'): Promise<void> {
  const members = [directory(TOP), ...ENTRIES.map((entry) => ({ ...entry, path: `${TOP}/${entry.path}` }))];
  return writePlain(path, members, (content) => cpio(members, content, { form, mtime: MTIME, prefix: './' }));
}

/** One line per path under a folder: type, mode, time, digest or target. */
function tree(root: string, { times = true }: { readonly times?: boolean } = {}): readonly string[] {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return paths.map((path) => line(root, path, times)).toSorted();
}

function line(root: string, path: string, times: boolean): string {
  const stat = lstatSync(join(root, path));
  if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(join(root, path))}`;
  const what = stat.isDirectory()
    ? 'folder'
    : createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
  return `${path} ${(stat.mode & 0o7777).toString(8)} ${what}${times ? ` ${stat.mtimeMs / 1000}` : ''}`;
}

/** What `tree` must say of the entries when they are unpacked. */
function expectedTree({ times = true }: { readonly times?: boolean } = {}): readonly string[] {
  const top = directory(TOP);
  return [top, ...ENTRIES.map((entry) => ({ ...entry, path: `${TOP}/${entry.path}` }))].map((entry) => expectedLine(entry, times)).toSorted();
}

function expectedLine(entry: Entry, times: boolean): string {
  if (entry.type === 'symlink') return `${entry.path} -> ${entry.target}`;
  const bytes = entry.type === 'file' && 'bytes' in entry.source ? entry.source.bytes : undefined;
  const what = bytes ? createHash('sha256').update(bytes).digest('hex') : 'folder';
  return `${entry.path} ${entry.mode.toString(8)} ${what}${times ? ` ${MTIME}` : ''}`;
}

function emptyFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

/** The distribution on disk, for programs that write archives. */
function unpackByHand(root: string): void {
  for (const entry of ENTRIES) {
    const path = join(root, entry.path);
    mkdirSync(dirname(path), { recursive: true });
    if (entry.type === 'directory') mkdirSync(path, { recursive: true });
    else if (entry.type === 'symlink') symlinkSync(entry.target, path);
    else writeFileSync(path, 'bytes' in entry.source ? entry.source.bytes : '');
    if (entry.type !== 'symlink') chmodSync(path, entry.mode);
  }
  for (const entry of ENTRIES.filter(({ type }) => type !== 'symlink').toReversed()) utimesSync(join(root, entry.path), MTIME, MTIME);
}

describe('our archives in the hands of others', () => {
  const folder = temporaryFolder();
  let tarGz = '';
  let zipFile = '';
  before('writes the archives', async () => {
    tarGz = await writeFormat(tarGzFormat, folder());
    zipFile = await writeFormat(zipFormat, folder());
  });

  describe('GNU tar', () => {
    needs('tar', 'gzip');

    it('unpacks tar.gz with modes, times and links', () => {
      const out = emptyFolder(folder(), 'gnu');
      run('tar', ['--no-same-owner', '-pxzf', tarGz], out);
      assert.deepEqual(tree(out), expectedTree());
    });

    it('sees root as the owner of all', () => {
      const owners = run('tar', ['-tvzf', tarGz], folder())
        .trimEnd()
        .split('\n')
        .map((text) => text.split(/ +/)[1]);
      assert.deepEqual(new Set(owners), new Set(['root/root']));
    });

    it('unpacks an archive of deb shape', async () => {
      const members: Member[] = [directory(''), directory('usr'), file('usr/app', 'x')];
      await writeTar(join(folder(), 'deb.tar'), members, { dialect: 'gnu', mtime: MTIME, prefix: './' });
      assert.equal(run('tar', ['-tf', 'deb.tar'], folder()), './\n./usr/\n./usr/app\n');
    });

    it('lists each of 100000 entries', async () => {
      const members = Array.from({ length: 100_000 }, (_, index) => file(`f${index}`));
      await writeTar(join(folder(), 'many.tar'), members, { dialect: 'pax', mtime: MTIME });
      const names = run('tar', ['-tf', 'many.tar'], folder()).trimEnd().split('\n');
      assert.deepEqual([names.length, names.at(-1)], [100_000, 'f99999']);
    });

    for (const dialect of ['gnu', 'pax', 'pax-binary'] as const) {
      it(`sees 9 GiB in a ${dialect} header`, async () => {
        writeHuge(join(folder(), 'huge.tar'), dialect);
        assert.match(run('tar', ['-tvf', 'huge.tar'], folder()), / 9663676416 .* huge\n.* 0 .* after\n$/);
      });
    }
  });

  describe('bsdtar', () => {
    needs('bsdtar');

    it('unpacks tar.gz in the C locale', () => {
      const out = emptyFolder(folder(), 'bsd');
      run('bsdtar', ['--no-same-owner', '-pxzf', tarGz], out);
      assert.deepEqual(tree(out), expectedTree());
    });

    it('unpacks zip', () => {
      const out = emptyFolder(folder(), 'bsd-zip');
      run('bsdtar', ['--no-same-owner', '-pxf', zipFile], out, 'C.UTF-8');
      assert.deepEqual(tree(out), expectedTree());
    });

    it('unpacks GNU long names', async () => {
      const path = join(folder(), 'gnu.tar');
      await writeTar(path, [directory(TOP), ...ENTRIES.map((entry) => ({ ...entry, path: `${TOP}/${entry.path}` }))], {
        dialect: 'gnu',
        mtime: MTIME,
      });
      const out = emptyFolder(folder(), 'bsd-gnu');
      run('bsdtar', ['--no-same-owner', '-pxf', path], out);
      assert.deepEqual(tree(out), expectedTree());
    });
  });

  describe('bsdtar and cpio', () => {
    needs('bsdtar');

    for (const form of ['newc', 'odc'] as const) {
      it(`unpacks the ${form} form`, async () => {
        await writeCpio(join(folder(), 'ours.cpio'), form);
        const out = emptyFolder(folder(), `bsd-${form}`);
        run('bsdtar', ['--no-same-owner', '-pxf', '../ours.cpio'], out, 'C.UTF-8');
        assert.deepEqual(tree(out), expectedTree());
      });
    }
  });

  describe('busybox', () => {
    needs('busybox');

    it('unpacks cpio', async () => {
      await writeCpio(join(folder(), 'ours.cpio'), 'newc');
      const out = emptyFolder(folder(), 'busybox-cpio');
      run('busybox', ['cpio', '-idm', '-F', '../ours.cpio'], out);
      assert.deepEqual(tree(out, { times: false }), expectedTree({ times: false }));
    });

    it('unpacks tar.gz', () => {
      const out = emptyFolder(folder(), 'busybox');
      run('busybox', ['tar', '-pxzof', tarGz], out);
      assert.deepEqual(tree(out, { times: false }), expectedTree({ times: false }));
    });

    it('unpacks zip, links too', () => {
      const out = emptyFolder(folder(), 'busybox-zip');
      run('busybox', ['unzip', '-q', zipFile], out);
      const names = tree(out).map((text) => text.split(' ')[0]);
      assert.deepEqual(
        names,
        expectedTree().map((text) => text.split(' ')[0]),
      );
      assert.equal(readlinkSync(join(out, TOP, 'bin/latest')), 'app');
    });
  });

  describe('unzip', () => {
    needs('unzip');

    it('unpacks zip with modes, times and links', () => {
      const out = emptyFolder(folder(), 'unzip');
      run('unzip', ['-q', '-K', zipFile], out, 'C.UTF-8');
      assert.deepEqual(tree(out), expectedTree());
    });

    it('tests every entry', () => {
      assert.match(run('unzip', ['-t', zipFile], folder(), 'C.UTF-8'), /No errors detected/);
    });

    it('finds each of 100000 entries', async () => {
      const members = Array.from({ length: 100_000 }, (_, index) => file(`f${index}`));
      await write((content) => zip(members, content, { mtime: MTIME }), join(folder(), 'many.zip'), members, 'each');
      assert.match(run('unzip', ['-Z', '-t', 'many.zip'], folder()), /^100000 files, 0 bytes/);
    });
  });

  describe('Python', () => {
    needs('python3');

    it('reads tar.gz', () => {
      const script =
        'import tarfile,sys,json\nprint(json.dumps([[m.name,m.type.decode(),m.mode,m.size,m.mtime,m.linkname,m.uid,m.uname] for m in tarfile.open(sys.argv[1])]))';
      assert.deepEqual(
        JSON.parse(run('python3', ['-c', script, tarGz], folder())),
        [directory(TOP), ...ENTRIES.map((entry) => ({ ...entry, path: `${TOP}/${entry.path}` }))].map(pythonTar),
      );
    });

    it('reads zip', () => {
      const script =
        'import zipfile,sys,json\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps([[i.filename,i.external_attr>>16,list(i.date_time),i.compress_type,i.flag_bits] for i in z.infolist()]))';
      const found: [string, number, number[], number, number][] = JSON.parse(run('python3', ['-c', script, zipFile], folder()));
      assert.deepEqual(found.slice(0, 4), [
        [`${TOP}/`, 0o040755, [2023, 11, 14, 22, 13, 20], 0, 0],
        [`${TOP}/LICENSE`, 0o100644, [2023, 11, 14, 22, 13, 20], 0, 0],
        [`${TOP}/bin/`, 0o040755, [2023, 11, 14, 22, 13, 20], 0, 0],
        [`${TOP}/bin/app`, 0o100755, [2023, 11, 14, 22, 13, 20], 8, 0],
      ]);
      assert.deepEqual(
        found.filter(([, , , , flags]) => flags === 0x800).map(([name]) => name),
        [`${TOP}/share/${'é'.repeat(100)}`],
      );
    });

    it('reads 9 GiB in every dialect', () => {
      const script = 'import tarfile,sys,json\nprint(json.dumps([[m.name,m.size] for m in tarfile.open(sys.argv[1])]))';
      for (const dialect of ['gnu', 'pax', 'pax-binary'] as const) {
        writeHuge(join(folder(), 'huge.tar'), dialect);
        assert.deepEqual(JSON.parse(run('python3', ['-c', script, 'huge.tar'], folder())), [
          ['huge', 9_663_676_416],
          ['after', 0],
        ]);
      }
    });

    it('reads 5 GiB and what lies behind in zip', () => {
      writeHugeZip(join(folder(), 'huge.zip'));
      const script =
        'import zipfile,sys,json\nz=zipfile.ZipFile(sys.argv[1])\nprint(json.dumps([[i.filename,i.file_size,i.header_offset] for i in z.infolist()]+[z.read("after").decode()]))';
      assert.deepEqual(JSON.parse(run('python3', ['-c', script, 'huge.zip'], folder())), [
        ['huge', 5_368_709_120, 0],
        ['after', 5, 5_368_709_174],
        'hello',
      ]);
    });
  });
});

function pythonTar(entry: Entry): unknown[] {
  const [type, size, target] = entry.type === 'file' ? ['0', entry.size, ''] : entry.type === 'symlink' ? ['2', 0, entry.target] : ['5', 0, ''];
  return [entry.path, type, entry.mode, size, MTIME, target, 0, 'root'];
}

/** A tar whose first file is a hole of 9 GiB. */
function writeHuge(path: string, dialect: TarDialect): void {
  const size = 9 * 1024 ** 3;
  const members: Member[] = [{ type: 'file', path: 'huge', mode: 0o644, size, source: { file: '', size, mtimeMs: 0 } }, file('after')];
  const content = { facts: () => ({ size, crc32: 0, digests: { sha256: '00' } }) } as unknown as ContentStore;
  const options = { dialect, mtime: MTIME };
  writeWithHoles(path, [...tar(members, content, options)], tarLength(members, options));
}

function writeHugeZip(path: string): void {
  const size = 5 * 1024 ** 3;
  const members: Member[] = [{ type: 'file', path: 'huge', mode: 0o644, size, source: { file: '', size, mtimeMs: 0 } }, file('after', 'hello')];
  const small = { size: 5, crc32: 0x3610a686, digests: { sha256: '01' } };
  const content = {
    facts: (source: object) => ('bytes' in source ? small : { size, crc32: 0, digests: { sha256: '00' } }),
    encodedLength: (source: object) => ('bytes' in source ? 5 : size),
    bytes: () => Buffer.from('hello'),
  } as unknown as ContentStore;
  writeWithHoles(path, [...zip(members, content, { mtime: MTIME })], undefined);
}

function writeWithHoles(path: string, pieces: Iterable<object>, length: number | undefined): void {
  const fd = openSync(path, 'w');
  let position = 0;
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) writeSync(fd, piece, 0, piece.length, position);
    position += (piece as { length: number }).length;
  }
  ftruncateSync(fd, position);
  closeSync(fd);
  assert.equal(position, length ?? position);
}

describe('GNU tar writes what we write', () => {
  needs('tar');
  const folder = temporaryFolder();
  const members = ENTRIES.filter(({ path }) => path !== `share/${'é'.repeat(100)}`);

  for (const [format, dialect] of [
    ['gnu', 'gnu'],
    ['ustar', 'pax'],
  ] as const) {
    it(`byte for byte in its ${format} format`, async () => {
      const root = emptyFolder(folder(), `root-${format}`);
      unpackByHand(root);
      // What ustar cannot hold is compared in GNU's format.
      const chosen = format === 'gnu' ? ENTRIES : members.filter((entry) => !(entry.type === 'symlink' && entry.target.length > 100));
      writeFileSync(join(folder(), 'names'), chosen.map(({ path }) => `${path}\n`).join(''));
      const args = [`--format=${format}`, '--owner=root:0', '--group=root:0', `--mtime=@${MTIME}`, '--no-recursion', '-T', '../names'];
      run('tar', ['-cf', '../theirs.tar', ...args], root);
      await writeTar(join(folder(), 'ours.tar'), chosen, { dialect, mtime: MTIME, blocking: 20 });
      assert.ok(readFileSync(join(folder(), 'ours.tar')).equals(readFileSync(join(folder(), 'theirs.tar'))));
    });
  }
});

describe("others' archives in our hands", () => {
  const folder = temporaryFolder();
  before('lays the tree out', () => {
    const root = join(folder(), TOP);
    mkdirSync(root);
    unpackByHand(root);
  });

  async function readBack(path: string): Promise<readonly string[]> {
    const lines: string[] = [];
    for await (const entry of readTar([readFileSync(path)])) {
      const pieces: Uint8Array[] = [];
      for await (const piece of entry.body) pieces.push(piece);
      const what = entry.type === 'directory' ? 'folder' : createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
      lines.push(entry.target === undefined ? `${entry.path} ${entry.mode.toString(8)} ${what}` : `${entry.path} -> ${entry.target}`);
    }
    return lines.toSorted();
  }

  function expected(): readonly string[] {
    const lines = expectedTree({ times: false });
    const mode = (lstatSync(join(folder(), TOP)).mode & 0o7777).toString(8);
    return lines.map((text) => (text.startsWith(`${TOP} `) ? `${TOP} ${mode} folder` : text)).toSorted();
  }

  for (const [program, format] of [
    ['tar', 'gnu'],
    ['tar', 'posix'],
    ['bsdtar', 'pax'],
    ['bsdtar', 'gnutar'],
  ] as const) {
    describe(`${program} --format=${format}`, () => {
      needs(program);

      it('reads the same', async () => {
        const path = join(folder(), `${program}.tar`);
        run(program, [`--format=${format}`, '-cf', path, TOP], folder(), 'C.UTF-8');
        assert.deepEqual(await readBack(path), expected());
      });
    });
  }

  describe('zip', () => {
    needs('zip');

    it('reads the same', () => {
      const path = join(folder(), 'theirs.zip');
      run('zip', ['-q', '-r', '-y', path, TOP], folder(), 'C.UTF-8');
      assert.deepEqual(readZipBack(path), expected());
    });
  });

  describe('Python', () => {
    needs('python3');

    it('reads zip files written to a pipe', () => {
      const script =
        'import zipfile,sys\nz=zipfile.ZipFile(sys.stdout.buffer,"w",zipfile.ZIP_DEFLATED)\nz.writestr("a","hello "*100)\nz.writestr("b","")\nz.close()';
      const bytes = execFileSync('python3', ['-c', script]);
      assert.equal(bytes.readUInt16LE(6) & 8, 8);
      const entries = [...readZip({ size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) })];
      assert.deepEqual(
        entries.map(({ path, size }) => [path, size]),
        [
          ['a', 600],
          ['b', 0],
        ],
      );
      assert.equal(Buffer.concat([...(entries[0]?.body() ?? [])]).length, 600);
    });
  });

  function readZipBack(path: string): readonly string[] {
    const bytes = readFileSync(path);
    const source = { size: bytes.length, read: (position: number, length: number) => bytes.subarray(position, position + length) };
    return Array.from(readZip(source), (entry) => {
      if (entry.target !== undefined) return `${entry.path} -> ${entry.target}`;
      const what =
        entry.type === 'directory'
          ? 'folder'
          : createHash('sha256')
              .update(Buffer.concat([...entry.body()]))
              .digest('hex');
      return `${entry.path} ${entry.mode.toString(8)} ${what}`;
    }).toSorted();
  }
});
