import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ArchiveError, type Member, readTar, type TarDialect, type TarEntry, type TarLimits, tar } from '../src/index.ts';
import { directory, file, joinPlain, memory, symlink } from './drive.ts';
import { anyMembers } from './members.ts';

const MTIME = 1_700_000_000;

function write(members: Iterable<Member>, dialect: TarDialect = 'pax'): Buffer {
  const content = memory();
  return joinPlain(tar(members, content, { dialect, mtime: MTIME }), content);
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

/** Entries with their contents read. */
async function list(archive: Uint8Array | Iterable<Uint8Array>, limits?: TarLimits): Promise<(Omit<TarEntry, 'body'> & { text: string })[]> {
  const found = [];
  for await (const { body, ...entry } of readTar(archive instanceof Uint8Array ? [archive] : archive, limits)) {
    found.push({ ...entry, text: await text(body) });
  }
  return found;
}

function refused(archive: Uint8Array, code: string, limits?: TarLimits): Promise<void> {
  return assert.rejects(list(archive, limits), (error) => error instanceof ArchiveError && error.code === code);
}

/** Fields of a header by offset; the checksum is made right again. */
function block(fields: Readonly<Record<number, string | Uint8Array>>): Buffer {
  const header = Buffer.alloc(512);
  for (const [at, value] of Object.entries(fields)) header.set(typeof value === 'string' ? Buffer.from(value, 'latin1') : value, Number(at));
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  return header;
}

const END = Buffer.alloc(1024);
const USTAR = 'ustar\x0000';

function pax(records: string): Buffer {
  const body = Buffer.alloc(512);
  body.write(records, 'utf8');
  return Buffer.concat([block({ 0: 'x', 124: `${Buffer.byteLength(records).toString(8)}\0`, 156: 'x', 257: USTAR }), body]);
}

describe('readTar', () => {
  it('gives back what was written', async () => {
    const [top, program, link] = await list(write([directory('app', 0o750), file('app/run', 'hello', 0o4755), symlink('app/z', 'run')]));
    const root = { mtime: MTIME, uid: 0, gid: 0, owner: 'root', group: 'root', pax: new Map() };
    assert.deepEqual(top, { ...root, path: 'app', type: 'directory', mode: 0o750, size: 0, text: '' });
    assert.deepEqual(program, { ...root, path: 'app/run', type: 'file', mode: 0o4755, size: 5, text: 'hello' });
    assert.deepEqual(link, { ...root, path: 'app/z', type: 'symlink', mode: 0o777, size: 0, target: 'run', text: '' });
  });

  for (const dialect of ['gnu', 'pax', 'pax-binary'] as const) {
    it(`gives any members back from ${dialect}`, async () => {
      await fc.assert(
        fc.asyncProperty(anyMembers({ lineFeeds: dialect !== 'gnu' }), fc.integer({ min: 1, max: 2000 }), async (members, cut) => {
          const archive = write(members, dialect);
          const chunks = Array.from({ length: Math.ceil(archive.length / cut) }, (_, index) => archive.subarray(index * cut, (index + 1) * cut));
          const entries = await list(chunks);
          assert.deepEqual(entries.map(plainEntry), members.map(plainMember));
        }),
        { numRuns: 60 },
      );
    });
  }

  for (const length of [99, 100, 101, 155, 156, 255, 256, 257, 1000, 65_535]) {
    it(`reads names of ${length} bytes`, async () => {
      const names = ['n'.repeat(length), `${'d/'.repeat(Math.floor((length - 1) / 2))}${length % 2 ? 'n' : 'nn'}`];
      for (const dialect of ['gnu', 'pax', 'pax-binary'] as const) {
        const entries = await list(
          write(
            names.map((name) => file(name, 'x')),
            dialect,
          ),
        );
        assert.deepEqual(
          entries.map(({ path }) => path),
          names,
        );
      }
    });
  }

  it('skips contents nobody reads', async () => {
    const archive = write([file('a', 'x'.repeat(5000)), file('b', 'y'.repeat(5000)), file('c')]);
    const seen = [];
    for await (const entry of readTar([archive.subarray(0, 1000), archive.subarray(1000)])) {
      seen.push(entry.path);
      for await (const _ of entry.body) break;
    }
    assert.deepEqual(seen, ['a', 'b', 'c']);
  });

  it('closes its source when left early', async () => {
    let closed = false;
    function* chunks() {
      try {
        yield write([file('a'), file('b')]);
        yield Buffer.alloc(0);
      } finally {
        closed = true;
      }
    }
    for await (const _ of readTar(chunks())) break;
    assert.equal(closed, true);
  });

  it('reads headers from before POSIX', async () => {
    const old = block({ 0: 'old', 100: '   644 \0', 108: '     0 \0', 116: '     0 \0', 124: '          5 ', 136: '14524770400 ' });
    const folder = block({ 0: 'dir/', 100: '   755 \0' });
    const body = Buffer.alloc(512, 'hello\0');
    const [first, second] = await list(Buffer.concat([old, body, folder, END]));
    assert.deepEqual([first?.path, first?.type, first?.size, first?.mtime, first?.owner], ['old', 'file', 5, MTIME, '']);
    assert.deepEqual([second?.path, second?.type], ['dir', 'directory']);
  });

  it('reads sums of signed bytes', async () => {
    const header = block({ 0: Buffer.from('é'), 257: USTAR });
    const unsigned = Number.parseInt(header.toString('latin1', 148, 154), 8);
    header.write(`${(unsigned - 512).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const [entry] = await list(Buffer.concat([header, END]));
    assert.equal(entry?.path, 'é');
  });

  it('reads hard links, devices and pipes', async () => {
    const of = (type: string) => block({ 0: `entry${type}`, 156: type, 157: type === '1' ? 'target' : '', 257: USTAR });
    const entries = await list(Buffer.concat([...['1', '3', '4', '6', '7'].map(of), END]));
    assert.deepEqual(
      entries.map(({ type }) => type),
      ['link', 'character', 'block', 'fifo', 'file'],
    );
    assert.equal(entries[0]?.target, 'target');
  });

  it('lets PAX records win over the header', async () => {
    const records = '12 path=new\n20 mtime=1234.56789\n10 uid=77\n14 uname=acme\n';
    const [entry] = await list(Buffer.concat([pax(records), block({ 0: 'old', 257: USTAR }), END]));
    assert.deepEqual([entry?.path, entry?.mtime, entry?.uid, entry?.owner], ['new', 1234.56789, 77, 'acme']);
  });

  it('keeps global PAX records for all entries', async () => {
    const global = pax('14 gname=acme\n');
    global[156] = 0x67;
    const fixed = Buffer.concat([block({ 0: 'g', 124: '16\0', 156: 'g', 257: USTAR }), global.subarray(512)]);
    const entries = await list(Buffer.concat([fixed, block({ 0: 'a', 257: USTAR }), block({ 0: 'b', 257: USTAR }), END]));
    assert.deepEqual(
      entries.map(({ group }) => group),
      ['acme', 'acme'],
    );
  });

  it('reads archives without an end on request', async () => {
    const open = block({ 0: 'a', 257: USTAR });
    assert.equal((await list(open, { openEnd: true })).length, 1);
    await refused(open, 'truncated');
  });
});

describe('hostile tar', () => {
  const cases: readonly [string, string, Buffer][] = [
    ['a wrong checksum', 'checksum', Buffer.concat([Buffer.from(block({ 0: 'a', 257: USTAR })).fill('b', 0, 1), END])],
    ['noise', 'malformed', Buffer.alloc(1024, 'noise')],
    ['a negative size', 'malformed', Buffer.concat([block({ 0: 'a', 124: Buffer.alloc(12, 0xff), 257: USTAR }), END])],
    [
      'a size no double holds',
      'malformed',
      Buffer.concat([block({ 0: 'a', 124: Buffer.of(0x80, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), 257: USTAR }), END]),
    ],
    ['a size with letters', 'malformed', Buffer.concat([block({ 0: 'a', 124: '0000000000x\0', 257: USTAR }), END])],
    ['a size with a digit 8', 'malformed', Buffer.concat([block({ 0: 'a', 124: '00000000008\0', 257: USTAR }), END])],
    ['a negative octal size', 'malformed', Buffer.concat([block({ 0: 'a', 124: '-0000000001\0', 257: USTAR }), END])],
    ['a NUL in a PAX path', 'malformed', Buffer.concat([pax('12 path=a\0b\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['a NUL in a PAX target', 'malformed', Buffer.concat([pax('16 linkpath=a\0b\n'), block({ 0: 'a', 156: '2', 157: 't', 257: USTAR }), END])],
    ['a PAX length too long', 'malformed', Buffer.concat([pax('99 path=a\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['a PAX length too short', 'malformed', Buffer.concat([pax('9 path=abc\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['a PAX length of zero', 'malformed', Buffer.concat([pax('0 path=a\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['a PAX record without key', 'malformed', Buffer.concat([pax('6 =ab\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['a negative PAX size', 'malformed', Buffer.concat([pax('11 size=-1\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['a PAX size in hexadecimal', 'malformed', Buffer.concat([pax('13 size=0x10\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['a sparse file', 'unsupported', Buffer.concat([pax('22 GNU.sparse.major=1\n'), block({ 0: 'a', 257: USTAR }), END])],
    ['an old sparse file', 'unsupported', Buffer.concat([block({ 0: 'a', 156: 'S', 257: USTAR }), END])],
    ['a name that is not UTF-8', 'unsupported', Buffer.concat([block({ 0: Buffer.of(0xe9), 257: USTAR }), END])],
    ['an entry without name', 'malformed', Buffer.concat([block({ 257: USTAR, 100: '0000644\0' }), END])],
    ['a link without target', 'malformed', Buffer.concat([block({ 0: 'a', 156: '2', 257: USTAR }), END])],
    ['a link with content', 'malformed', Buffer.concat([block({ 0: 'a', 124: '5\0', 156: '2', 157: 't', 257: USTAR }), END])],
    ['a directory with content', 'malformed', Buffer.concat([block({ 0: 'a', 124: '5\0', 156: '5', 257: USTAR }), END])],
    ['a NUL inside a long name', 'malformed', longName('a\0b\0')],
    ['an extended header at the end', 'malformed', Buffer.concat([pax('10 path=a\n'), END])],
    ['content that is cut', 'truncated', block({ 0: 'a', 124: '5\0', 257: USTAR })],
    ['padding that is cut', 'truncated', Buffer.concat([block({ 0: 'a', 124: '5\0', 257: USTAR }), Buffer.from('hello')])],
    ['a header that is cut', 'truncated', block({ 0: 'a', 257: USTAR }).subarray(0, 300)],
    ['an extended header that is cut', 'truncated', pax('10 path=a\n').subarray(0, 512)],
    ['no end', 'truncated', block({ 0: 'a', 257: USTAR })],
    ['half an end', 'truncated', END.subarray(512)],
    ['nothing at all', 'truncated', Buffer.alloc(0)],
    ['an entry behind a zero block', 'malformed', Buffer.concat([END.subarray(512), block({ 0: 'a', 257: USTAR })])],
    ['bytes behind the end', 'malformed', Buffer.concat([END, Buffer.from('hidden')])],
  ];
  for (const [what, code, archive] of cases) {
    it(`refuses ${what}`, () => refused(archive, code));
  }

  function longName(text: string): Buffer {
    const body = Buffer.alloc(512);
    body.write(text, 'latin1');
    return Buffer.concat([
      block({ 0: '././@LongLink', 124: `${text.length.toString(8)}\0`, 156: 'L', 257: 'ustar  \0' }),
      body,
      block({ 0: 'a', 257: USTAR }),
      END,
    ]);
  }

  it('keeps to its limits', async () => {
    const archive = write([file('a', 'hello'), file('b', 'hello')]);
    await refused(archive, 'limit', { entries: 1 });
    await refused(archive, 'limit', { size: 4 });
    await refused(archive, 'limit', { totalSize: 9 });
    await refused(Buffer.concat([block({ 0: 'x', 124: '77777777\0', 156: 'x', 257: USTAR }), END]), 'limit');
    assert.equal((await list(archive, { entries: 2, size: 5, totalSize: 10 })).length, 2);
  });

  it('never hangs or fails otherwise on changed bytes', async () => {
    const archive = write([directory('app'), file('app/run', 'hello'), symlink('l', 't'.repeat(120))]);
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), fc.nat(255), async (at, byte) => {
        const changed = Buffer.from(archive);
        changed[at] = byte;
        await list(changed).catch((error) => assert.ok(error instanceof ArchiveError, String(error)));
      }),
      { numRuns: 300 },
    );
  });
});

function plainEntry({ path, type, mode, size, target, text }: Omit<TarEntry, 'body'> & { text: string }): object {
  return { path, type, mode, size, target, text };
}

function plainMember(member: Member): object {
  const bytes = member.type === 'file' && 'bytes' in member.source ? member.source.bytes : Buffer.alloc(0);
  return {
    path: member.path,
    type: member.type,
    mode: member.mode,
    size: bytes.length,
    target: member.type === 'symlink' ? member.target : undefined,
    text: Buffer.from(bytes).toString('latin1'),
  };
}
