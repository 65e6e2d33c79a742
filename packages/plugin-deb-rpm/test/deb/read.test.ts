import assert from 'node:assert/strict';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Entry, Finding } from '@provisioning-dist/core';
import { readXz } from '@provisioning-dist/payload';
import fc from 'fast-check';
import { readDeb } from '../../src/deb/read/read.ts';
import { collect, DATE, distribution, file, type Making, makeDeb, optionsOf, sampleEntries, sourceOf } from '../package.ts';

const CODECS = ['gzip', 'xz', 'zstd', 'none'] as const;

function brief(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ level, code, subject }) => `${level} ${code} ${subject}`);
}

async function found(deb: Uint8Array, name?: string): Promise<readonly string[]> {
  return brief(await readDeb(sourceOf(deb, name)));
}

async function made(making: Making, entries: readonly Entry[] = making.entries ?? sampleEntries()): Promise<readonly string[]> {
  const deb = await makeDeb(making);
  return brief(await readDeb(sourceOf(deb), distribution(entries), { options: optionsOf(making.options), date: DATE }));
}

interface Node {
  readonly path: string;
  readonly text?: string;
  readonly type?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly link?: string;
  readonly magic?: string;
}

/** tar as POSIX tells it, written without our own code, so that it can be wrong. */
function tar(nodes: readonly Node[]): Buffer {
  const blocks = nodes.flatMap(({ path, text = '', type = '0', mode = 0o644, uid = 0, link = '', magic = 'ustar  \0' }) => {
    const header = Buffer.alloc(512);
    const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
    header.write(path, 0);
    header.write(octal(mode, 8) + octal(uid, 8) + octal(uid, 8) + octal(text.length, 12) + octal(DATE, 12), 100, 'latin1');
    header.write(`        ${type}${link}`, 148, 'latin1');
    header.write(magic, 257, 'latin1');
    header.write('root', 265);
    header.write('root', 297);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    return [header, Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function ar(members: readonly (readonly [name: string, bytes: Uint8Array])[]): Buffer {
  const parts = members.flatMap(([name, bytes]) => [
    Buffer.from(`${name.padEnd(16)}${String(DATE).padEnd(12)}0     0     100644  ${String(bytes.length).padEnd(10)}\`\n`),
    bytes,
    Buffer.alloc(bytes.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

const ROOT: Node = { path: './', type: '5', mode: 0o755 };
const CONTROL =
  'Package: acme\nVersion: 1-1\nArchitecture: all\nMaintainer: A <a@b.example>\nInstalled-Size: 1\nSection: utils\nPriority: optional\nDescription: a tool\n Really.\n';
/** Nothing in it can be missed: its documents are elsewhere. */
const DOCS: readonly Node[] = [
  ROOT,
  ...['usr', 'usr/share', 'usr/share/doc'].map((path): Node => ({ path: `./${path}/`, type: '5', mode: 0o755 })),
  { path: './usr/share/doc/acme', type: '2', mode: 0o777, link: 'other' },
];
const SIZED = CONTROL.replace('Installed-Size: 1', 'Installed-Size: 5');

function deb({
  control = SIZED,
  files = [],
  data = [],
}: {
  readonly control?: string;
  readonly files?: readonly Node[];
  readonly data?: readonly Node[];
}): Buffer {
  return ar([
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar', tar([ROOT, { path: './control', text: control }, ...files])],
    ['data.tar', tar([...DOCS, ...data])],
  ]);
}

const NAME = 'acme_1-1_all.deb';
const codes = async (bytes: Uint8Array): Promise<readonly string[]> => [
  ...new Set((await found(bytes, NAME)).map((line) => line.split(' ').slice(0, 2).join(' '))),
];

describe('the reader of debs', () => {
  for (const codec of CODECS) {
    it(`finds nothing wrong with ${codec}`, async () => assert.deepEqual(await made({ options: { codec } }), []));
  }

  it('finds nothing wrong with a package another wrote', async () => assert.deepEqual(await codes(deb({})), []));

  it('tells a file that is missing, extra or different', async () => {
    const entries = sampleEntries();
    const others = [...entries.filter(({ path }) => path !== 'README.md'), file('share/acme/more', 'x')].map((entry) =>
      entry.path === 'bin/acme' ? file('bin/acme', 'other', { mode: 0o700, role: 'binary' }) : entry,
    );
    assert.deepEqual(await made({ entries }, others), [
      'error deb-different usr/bin/acme',
      'error deb-different usr/bin/acme',
      'error deb-missing usr/share/acme/more',
      'error deb-extra usr/share/doc/acme/README.md',
    ]);
  });

  it('reads md5sums of many files', async () => {
    const entries = Array.from({ length: 4_000 }, (_, index) => file(`share/acme/${String(index).padStart(60, '0')}`, `${index}`));
    assert.deepEqual(await made({ entries }), []);
  });

  it('knows where the options put things', async () => {
    assert.deepEqual(await made({ options: { prefix: '/usr/lib/acme', paths: { config: '/etc/other' } } }), []);
  });

  it('tells a strange place once', async () => {
    assert.deepEqual(await made({ options: { prefix: '/opt/acme' } }), ['warning deb-place opt']);
  });

  it('tells another time than the release', async () => {
    const bytes = await makeDeb();
    const findings = brief(await readDeb(sourceOf(bytes), undefined, { options: optionsOf(), date: DATE + 1 }));
    assert.ok(findings.includes('error deb-time usr/bin/acme') && findings.includes('error deb-time acme_1.2.3-1_amd64.deb'));
  });

  for (const [what, making, expected] of [
    ['the name of the file', {}, ['note deb-file-name other.deb']],
    [
      'nobody to ask',
      { job: { release: { product: 'acme', name: 'acme', version: '1.2.3', snapshot: false, date: DATE } } },
      ['note deb-file-name other.deb', 'warning deb-maintainer other.deb', 'warning deb-description other.deb', 'warning deb-changelog other.deb'],
    ],
  ] as readonly (readonly [string, Making, readonly string[]])[]) {
    it(`tells ${what}`, async () => assert.deepEqual(await found(await makeDeb(making), 'other.deb'), expected));
  }

  for (const [what, bytes, expected] of [
    ['no archive', Buffer.from('MZ'), ['error deb-ar', 'error deb-members']],
    ['a cut', deb({}).subarray(0, -100), ['error deb-ar', 'error deb-members']],
    ['another first member', ar([['control.tar', Buffer.alloc(0)]]), ['error deb-members', 'error deb-format-version']],
    ['another version', ar([['debian-binary', Buffer.from('3.0\n')]]), ['error deb-members', 'error deb-format-version']],
    [
      'no control file',
      ar([
        ['debian-binary', Buffer.from('2.0\n')],
        ['control.tar', tar([ROOT])],
        ['data.tar', tar(DOCS)],
      ]),
      ['error deb-control'],
    ],
    [
      'a broken tar',
      ar([
        ['debian-binary', Buffer.from('2.0\n')],
        ['control.tar', Buffer.alloc(512, 'x')],
        ['data.tar', tar(DOCS)],
      ]),
      ['error deb-unreadable'],
    ],
    [
      'what is no gzip',
      ar([
        ['debian-binary', Buffer.from('2.0\n')],
        ['control.tar.gz', Buffer.from('x')],
        ['data.tar', tar(DOCS)],
      ]),
      ['warning deb-gzip-header', 'error deb-unreadable'],
    ],
    [
      'a field twice',
      deb({ control: `${SIZED}Package: b\n` }),
      ['error deb-control', 'error deb-name', 'note deb-file-name', 'error deb-copyright', 'warning deb-changelog'],
    ],
    ['two stanzas', deb({ control: `${SIZED}\nX: y\n` }), ['error deb-control']],
    ['no line feed at the end', deb({ control: `${SIZED}X: y` }), ['error deb-control']],
    ['a line that is no field', deb({ control: `${SIZED}what\n` }), ['error deb-control']],
    ['an empty field', deb({ control: `${SIZED}Depends:\n` }), ['error deb-control']],
    ['a strange relation', deb({ control: `${SIZED}Depends: a1 (> 2)\n` }), ['error deb-relation']],
    ['an alternative where none can be', deb({ control: `${SIZED}Conflicts: a1 | b2\n` }), ['error deb-relation']],
    ['Multi-Arch same for all', deb({ control: `${SIZED}Multi-Arch: same\n` }), ['error deb-multi-arch']],
    ['a wrong installed size', deb({ control: CONTROL }), ['error deb-installed-size']],
    ['a folder in control.tar', deb({ files: [{ path: './sub/', type: '5', mode: 0o755 }] }), ['error deb-control-member']],
    ['a script without interpreter', deb({ files: [{ path: './preinst', text: 'true\n', mode: 0o755 }] }), ['error deb-script']],
    ['a script from Windows', deb({ files: [{ path: './preinst', text: '#!/bin/sh\r\nset -e\r\n', mode: 0o755 }] }), ['error deb-script']],
    ['a script that goes on', deb({ files: [{ path: './preinst', text: '#!/bin/sh\ntrue\n', mode: 0o755 }] }), ['warning deb-script']],
    ['a mode of a script', deb({ files: [{ path: './preinst', text: '#!/bin/sh\nset -e\n' }] }), ['warning deb-control-member']],
    [
      'a conffile without line feed',
      deb({ files: [{ path: './conffiles', text: '/etc/x' }], data: [{ path: './etc/', type: '5', mode: 0o755 }, { path: './etc/x' }] }),
      ['error deb-conffile'],
    ],
    ['a conffile that is not there', deb({ files: [{ path: './conffiles', text: '/etc/x\n' }] }), ['error deb-conffile']],
    [
      'a file of /etc that is none',
      deb({ data: [{ path: './etc/', type: '5', mode: 0o755 }, { path: './etc/x' }] }),
      ['error deb-conffile', 'warning deb-md5sums'],
    ],
    ['a strange trigger', deb({ files: [{ path: './triggers', text: 'interrest x\n' }] }), ['error deb-trigger']],
    [
      'a wrong md5sum',
      deb({ files: [{ path: './md5sums', text: `${'0'.repeat(32)}  usr/x\n` }], data: [{ path: './usr/x' }] }),
      ['error deb-md5sums'],
    ],
    ['PAX headers', deb({ data: [{ path: 'x', type: 'x', text: '13 comment=u\n' }, { path: './usr/x' }] }), ['error deb-pax', 'warning deb-md5sums']],
    ['a parent that is not there', deb({ data: [{ path: './opt/x' }] }), ['warning deb-md5sums', 'error deb-parent', 'warning deb-place']],
    ['a path twice', deb({ data: [{ path: './usr/', type: '5', mode: 0o755 }] }), ['error deb-duplicate']],
    ['a path without dot', deb({ data: [{ path: 'usr/x' }] }), ['warning deb-path', 'warning deb-md5sums']],
    ['a path that climbs', deb({ data: [{ path: './usr/../x' }] }), ['warning deb-md5sums', 'error deb-parent', 'error deb-path']],
    ['an owner by number', deb({ data: [{ path: './usr/x', type: '2', link: 'y', uid: 1000 }] }), ['warning deb-owner']],
    ['what everybody may write', deb({ data: [{ path: './usr/x/', type: '5', mode: 0o777 }] }), ['error deb-mode']],
    [
      'setuid',
      deb({ files: [{ path: './md5sums', text: 'd41d8cd98f00b204e9800998ecf8427e  usr/x\n' }], data: [{ path: './usr/x', mode: 0o4755 }] }),
      ['warning deb-mode'],
    ],
    ['a device', deb({ data: [{ path: './usr/x', type: '3' }] }), ['warning deb-type']],
    ['a hard link to nothing', deb({ data: [{ path: './usr/x', type: '1', link: './usr/y' }] }), ['error deb-link']],
  ] as const) {
    it(`tells ${what}`, async () => {
      const found = await codes(bytes);
      assert.deepEqual(
        found.filter((code) => code !== 'error deb-installed-size' || what.includes('size')),
        expected,
      );
    });
  }
});

describe('one stream a member', () => {
  const control = (name: string, bytes: Uint8Array): Buffer =>
    ar([
      ['debian-binary', Buffer.from('2.0\n')],
      [name, bytes],
      ['data.tar', tar(DOCS)],
    ]);
  const plain = tar([ROOT, { path: './control', text: SIZED }]);

  it('holds for zstd', async () => {
    const half = Math.floor(plain.length / 2);
    const two = Buffer.concat([zstdCompressSync(plain.subarray(0, half)), zstdCompressSync(plain.subarray(half))]);
    assert.deepEqual(await codes(control('control.tar.zst', two)), ['error deb-zstd']);
    assert.deepEqual(await codes(control('control.tar.zst', zstdCompressSync(plain))), []);
  });

  it('tells a skippable zstd frame, with which dpkg installs nothing', async () => {
    const skippable = Buffer.from('502a4d180400000061626364', 'hex');
    assert.deepEqual(await codes(control('control.tar.zst', Buffer.concat([skippable, zstdCompressSync(plain)]))), ['error deb-zstd']);
  });

  it('holds for xz', async () => {
    const member = async (): Promise<Buffer> => {
      const bytes = await makeDeb({ options: { codec: 'xz' } });
      const size = Number(bytes.toString('latin1', 72 + 48, 72 + 58));
      return bytes.subarray(132, 132 + size);
    };
    const stream = await member();
    assert.ok((await collect(readXz([Buffer.concat([stream, stream])]))).length > stream.length);
    assert.ok((await codes(control('control.tar.xz', Buffer.concat([stream, stream])))).includes('error deb-xz'));
    assert.equal((await codes(control('control.tar.xz', stream))).includes('error deb-xz'), false);
  });

  it('may be several for gzip, which dpkg reads', async () => {
    const two = Buffer.concat([gzipSync(plain.subarray(0, 512)), gzipSync(plain.subarray(512))]);
    assert.deepEqual(await codes(control('control.tar.gz', two)), []);
  });
});

describe('hostile debs', () => {
  it('give findings, never an exception', async () => {
    const deb = await makeDeb();
    const change = fc.tuple(fc.nat(deb.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(deb.length), async (changes, length) => {
        const hurt = Buffer.from(deb);
        for (const [at, byte] of changes) hurt[at] = byte;
        for (const bytes of [hurt, deb.subarray(0, length)]) assert.ok(Array.isArray(await found(bytes)));
      }),
      { numRuns: 60 },
    );
  });
});
