import assert from 'node:assert/strict';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { ArchiveError, type Member, readZip, type ZipEntry, type ZipLimits, type ZipSource, zip } from '../src/index.ts';
import { directory, file, joinParts, memory, symlink } from './drive.ts';
import { anyMembers } from './members.ts';

const MTIME = 1_700_000_000;

function write(members: Iterable<Member>): Buffer {
  const content = memory();
  return joinParts(zip(members, content, { mtime: MTIME }), content);
}

type Read = Omit<ZipEntry, 'body' | 'stream'> & { text: string };

function list(archive: Buffer, limits?: ZipLimits): Read[] {
  return Array.from(readZip(sourceOf(archive), limits), ({ body, stream: _, ...entry }) => ({
    ...entry,
    text: Buffer.concat([...body()]).toString('latin1'),
  }));
}

function sourceOf(archive: Buffer): ZipSource {
  return { size: archive.length, read: (position, length) => archive.subarray(position, position + length) };
}

async function streamed(archive: Buffer): Promise<string[]> {
  const texts: string[] = [];
  for (const entry of readZip(sourceOf(archive))) {
    const pieces: Uint8Array[] = [];
    for await (const piece of entry.stream()) pieces.push(piece);
    texts.push(Buffer.concat(pieces).toString('latin1'));
  }
  return texts;
}

function refuses(archive: Buffer, code: string, limits?: ZipLimits): void {
  assert.throws(
    () => list(archive, limits),
    (error) => error instanceof ArchiveError && error.code === code,
  );
}

/** The archive with one number changed. */
function patched(archive: Buffer, at: number, value: number, width = 2): Buffer {
  const copy = Buffer.from(archive);
  copy.writeUIntLE(value, at, width);
  return copy;
}

const HELLO = write([file('a', 'hello')]);
const LIST = HELLO.indexOf('PK\x01\x02', 0, 'latin1');
const END = HELLO.length - 22;

interface Foreign {
  readonly flags?: number;
  readonly local?: { readonly crc: number; readonly size: number; readonly packed: number };
  readonly after?: Buffer;
  readonly comment?: Buffer;
}

/** One deflated file as other programs lay it out. */
function foreign({ flags = 0, local, after = Buffer.alloc(0), comment = Buffer.alloc(0) }: Foreign): Buffer {
  const data = Buffer.from('hello hello hello');
  const packed = deflateRawSync(data);
  const real = { crc: crc32(data), size: data.length, packed: packed.length };
  const header = (fields: typeof real) => {
    const bytes = Buffer.alloc(26);
    bytes.writeUInt16LE(20, 0);
    bytes.writeUInt16LE(flags, 2);
    bytes.writeUInt16LE(8, 4);
    bytes.writeUInt32LE(fields.crc, 10);
    bytes.writeUInt32LE(fields.packed, 14);
    bytes.writeUInt32LE(fields.size, 18);
    bytes.writeUInt16LE(1, 22);
    return bytes;
  };
  const start = Buffer.concat([Buffer.from('PK\x03\x04'), header(local ?? real), Buffer.from('f'), packed, after]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), header(real), Buffer.alloc(14), Buffer.from('f')]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(start.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([start, central, end, comment]);
}

describe('readZip', () => {
  it('gives back what was written', () => {
    const [top, program, link] = list(write([directory('app', 0o750), file('app/run', 'x'.repeat(50), 0o4755), symlink('app/z', 'run')]));
    const stored = { method: 'stored', mtime: MTIME };
    assert.deepEqual(top, { ...stored, path: 'app', type: 'directory', mode: 0o750, size: 0, compressedSize: 0, crc32: 0, text: '' });
    assert.deepEqual([program?.path, program?.mode, program?.method, program?.text], ['app/run', 0o4755, 'deflate', 'x'.repeat(50)]);
    assert.deepEqual([link?.type, link?.target, link?.method, link?.mode], ['symlink', 'run', 'stored', 0o777]);
  });

  it('gives any members back', () => {
    fc.assert(
      fc.property(anyMembers(), (members) => {
        assert.deepEqual(list(write(members)).map(plainEntry), members.map(plainMember));
      }),
      { numRuns: 80 },
    );
  });

  it('reads 65536 entries and more', () => {
    const entries = list(write(Array.from({ length: 65_600 }, (_, index) => file(`f${index}`))));
    assert.equal(entries.length, 65_600);
    assert.equal(entries.at(-1)?.path, 'f65599');
  });

  it('reads sizes that stand behind the data', () => {
    const [entry] = list(foreign({ flags: 8, local: { crc: 0, size: 0, packed: 0 }, after: Buffer.alloc(16) }));
    assert.deepEqual([entry?.text, entry?.mode], ['hello hello hello', 0o644]);
  });

  it('reads archives with a comment', () => {
    assert.equal(list(foreign({ comment: Buffer.from('made by hand') })).length, 1);
  });
});

describe('streams of zip entries', () => {
  it('give the content in pieces', async () => {
    const big = Buffer.alloc(3_000_000, 'some text ').toString('latin1');
    assert.deepEqual(await streamed(write([file('a', big), file('b', 'hello'), file('c')])), [big, 'hello', '']);
  });

  it('may be left early', async () => {
    const [entry] = readZip(sourceOf(write([file('a', 'x'.repeat(3_000_000))])));
    const pieces = entry?.stream()[Symbol.asyncIterator]();
    assert.equal((await pieces?.next())?.done, false);
    assert.deepEqual(await pieces?.return?.(), { done: true, value: undefined });
  });
});

describe('hostile zip', () => {
  const cases: readonly [string, string, Buffer][] = [
    ['nothing', 'truncated', Buffer.alloc(0)],
    ['noise', 'truncated', Buffer.alloc(2000, 'noise')],
    ['a cut end', 'truncated', HELLO.subarray(0, HELLO.length - 1)],
    ['a cut start', 'inconsistent', HELLO.subarray(10)],
    ['bytes behind the end', 'truncated', Buffer.concat([HELLO, Buffer.from('x')])],
    ['bytes between list and end', 'inconsistent', Buffer.concat([HELLO.subarray(0, END), Buffer.from('x'), HELLO.subarray(END)])],
    ['two end records', 'inconsistent', Buffer.concat([patched(HELLO, END + 20, 22).subarray(0, HELLO.length), HELLO.subarray(END)])],
    ['an end record in the comment of another', 'inconsistent', foreign({ comment: HELLO.subarray(END) })],
    ['more entries than there are', 'inconsistent', patched(patched(HELLO, END + 8, 2), END + 10, 2)],
    ['fewer entries than there are', 'inconsistent', patched(patched(HELLO, END + 8, 0), END + 10, 0)],
    ['several disks', 'unsupported', patched(HELLO, END + 8, 2)],
    [
      'a zip64 record nobody asks for',
      'inconsistent',
      Buffer.concat([HELLO.subarray(0, END), Buffer.from('PK\x06\x07'), Buffer.alloc(16), HELLO.subarray(END)]),
    ],
    ['another signature in the list', 'inconsistent', patched(HELLO, LIST, 0)],
    ['an encrypted entry', 'unsupported', patched(HELLO, LIST + 8, 1)],
    ['another compression', 'unsupported', patched(HELLO, LIST + 10, 93)],
    ['an entry on another disk', 'unsupported', patched(HELLO, LIST + 34, 1)],
    ['two names', 'inconsistent', patched(HELLO, 30, 0x62, 1)],
    ['two methods', 'inconsistent', patched(HELLO, 8, 8)],
    ['two flags', 'inconsistent', patched(HELLO, 6, 0x800)],
    ['two sizes', 'inconsistent', patched(HELLO, 22, 4)],
    ['two checksums', 'inconsistent', patched(HELLO, 14, 0, 4)],
    ['a local header outside', 'inconsistent', patched(HELLO, LIST + 42, 5000, 4)],
    ['another checksum of the content', 'checksum', patched(patched(HELLO, 14, 1, 4), LIST + 16, 1, 4)],
    ['changed content', 'checksum', patched(HELLO, 31, 0x58, 1)],
    ['a stored entry with two sizes', 'inconsistent', patched(HELLO, LIST + 24, 6, 4)],
    ['a name with a NUL', 'malformed', patched(patched(HELLO, 30, 0, 1), LIST + 46, 0, 1)],
    ['a name that is not UTF-8', 'unsupported', patched(patched(HELLO, 30, 0xff, 1), LIST + 46, 0xff, 1)],
    ['a device', 'unsupported', patched(HELLO, LIST + 40, 0o020644)],
    ['a file that says it is a directory', 'inconsistent', patched(HELLO, LIST + 40, 0o040755)],
    ['a directory with content', 'malformed', patched(patched(patched(HELLO, 30, 0x2f, 1), LIST + 46, 0x2f, 1), LIST + 38, 0, 4)],
    ['sizes beyond what deflate reaches', 'limit', bomb(1_000_000)],
    ['a size the data does not have', 'inconsistent', bomb(18)],
    ['data longer than its size', 'malformed', bomb(5)],
    ['bytes hidden behind compressed data', 'inconsistent', hidden()],
    ['compressed data that is none', 'malformed', patched(foreign({}), 31, 0xff, 1)],
    ['one file under two names', 'inconsistent', overlapping()],
  ];
  for (const [what, code, archive] of cases) {
    it(`refuses ${what}`, async () => {
      refuses(archive, code);
      await assert.rejects(streamed(archive), ArchiveError);
    });
  }

  /** Both headers tell the same wrong size. */
  function bomb(size: number): Buffer {
    const archive = foreign({});
    return patched(patched(archive, 22, size, 4), archive.indexOf('PK\x01\x02', 0, 'latin1') + 24, size, 4);
  }

  /** Two bytes more belong to the entry than its deflate data needs. */
  function hidden(): Buffer {
    const archive = foreign({ after: Buffer.from('??') });
    const packed = archive.readUInt32LE(18) + 2;
    return patched(patched(archive, 18, packed, 4), archive.indexOf('PK\x01\x02', 0, 'latin1') + 20, packed, 4);
  }

  function overlapping(): Buffer {
    const archive = foreign({});
    const at = archive.indexOf('PK\x01\x02', 0, 'latin1');
    const header = archive.subarray(at, archive.length - 22);
    const end = patched(patched(patched(archive.subarray(-22), 8, 2), 10, 2), 12, header.length * 2, 4);
    return Buffer.concat([archive.subarray(0, at), header, header, end]);
  }

  it('keeps to its limits', () => {
    const archive = write([file('a', 'hello'), file('b', 'hello')]);
    refuses(archive, 'limit', { entries: 1 });
    refuses(archive, 'limit', { size: 4 });
    refuses(archive, 'limit', { totalSize: 9 });
    refuses(write([file('a', 'x'.repeat(100))]), 'limit', { ratio: 5 });
    assert.equal(list(archive, { entries: 2, size: 5, totalSize: 10, ratio: 1 }).length, 2);
  });

  it('fails in no other way on changed bytes', () => {
    const archive = write([directory('app'), file('app/run', 'x'.repeat(60)), symlink('l', 'app/run')]);
    fc.assert(
      fc.property(fc.nat(archive.length - 1), fc.nat(255), (at, byte) => {
        try {
          list(patched(archive, at, byte, 1));
        } catch (error) {
          assert.ok(error instanceof ArchiveError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

function plainEntry({ path, type, mode, size, target, text }: Read): object {
  return { path, type, mode, size, target, text };
}

function plainMember(member: Member): object {
  const bytes = member.type === 'file' && 'bytes' in member.source ? member.source.bytes : Buffer.alloc(0);
  const target = member.type === 'symlink' ? member.target : undefined;
  const text = Buffer.from(target ?? bytes);
  return { path: member.path, type: member.type, mode: member.mode, size: text.length, target, text: text.toString('latin1') };
}
