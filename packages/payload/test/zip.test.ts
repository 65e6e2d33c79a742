import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { type Member, type Part, SEGMENT_MIN, zip } from '../src/index.ts';
import { directory, file, joinParts, memory, symlink } from './drive.ts';

const MTIME = Date.UTC(2023, 10, 14, 22, 13, 20) / 1000;

function parts(members: Iterable<Member>, mtime = MTIME): { parts: Part[]; bytes: Buffer } {
  const content = memory();
  const made = [...zip(members, content, { mtime })];
  return { parts: made, bytes: joinParts(made, content) };
}

function write(members: Iterable<Member>, mtime = MTIME): Buffer {
  return parts(members, mtime).bytes;
}

/** Spaces are for people. */
function hex(text: string): string {
  return text.replaceAll(' ', '');
}

/** Offset of the only central header. */
function central(archive: Buffer): number {
  return archive.indexOf('PK\x01\x02', 0, 'latin1');
}

/** Bytes nothing can compress, the same each time. */
function noise(length: number): Buffer {
  const hashes = Array.from({ length: Math.ceil(length / 32) }, (_, index) => hash('sha256', `${index}`, 'buffer'));
  return Buffer.concat(hashes, length);
}

describe('zip', () => {
  it('spells every field of a stored file', () => {
    const local = '504b0304 1400 0000 0000 aab1 6e57 ac2a93d8 02000000 02000000 0100 0000 61 6869';
    const list = '504b0102 1403 1400 0000 0000 aab1 6e57 ac2a93d8 02000000 02000000 0100 0000 0000 0000 0000 0000a481 00000000 61';
    const end = '504b0506 0000 0000 0100 0100 2f000000 21000000 0000';
    assert.equal(write([file('a', 'hi')]).toString('hex'), hex(local + list + end));
  });

  it('writes an empty archive', () => {
    assert.equal(write([]).toString('hex'), hex('504b0506 0000 0000 0000 0000 00000000 00000000 0000'));
  });

  it('takes deflate segments where they are smaller', () => {
    const { parts: made, bytes } = parts([file('a', 'x'.repeat(100))]);
    assert.deepEqual(made[1], { sha256: '09ecb6ebc8bcefc733f6f2ec44f791abeed6a99edf0cc31519637898aebd52d8', codec: 'deflate', length: 100 });
    assert.deepEqual(made[2], Uint8Array.of(0x03, 0x00));
    assert.equal(bytes.readUInt16LE(8), 8);
    assert.equal(bytes.readUInt32LE(18), central(bytes) - 31);
    assert.equal(bytes.readUInt32LE(22), 100);
  });

  it('asks for the level it was given', () => {
    const made = [...zip([file('a', 'x'.repeat(100))], memory(), { mtime: 0, level: 9 })];
    assert.equal((made[1] as { level?: number }).level, 9);
  });

  it('stores big contents that do not shrink', () => {
    const { parts: made } = parts([file('a', noise(SEGMENT_MIN))]);
    assert.deepEqual({ ...(made[1] as object), sha256: '' }, { sha256: '', codec: 'none', length: SEGMENT_MIN });
    assert.equal(made.length, 4);
  });

  it('stores directories with a slash and their mode', () => {
    const archive = write([directory('d', 0o750)]);
    assert.equal(archive.toString('latin1', 30, 32), 'd/');
    assert.equal(archive.readUInt32LE(central(archive) + 38), 0o040750 * 0x10000 + 0x10);
    assert.equal(archive.readUInt32LE(18), 0);
  });

  it('stores links as their target', () => {
    const archive = write([symlink('l', 'x'.repeat(100))]);
    assert.equal(archive.readUInt16LE(8), 0);
    assert.equal(archive.toString('latin1', 31, 131), 'x'.repeat(100));
    assert.equal(archive.readUInt32LE(central(archive) + 38), 0o120777 * 0x10000);
  });

  it('keeps setuid in the mode', () => {
    const archive = write([file('a', '', 0o4755)]);
    assert.equal(archive.readUInt32LE(central(archive) + 38), 0o104755 * 0x10000);
  });

  it('flags UTF-8 only where it is needed', () => {
    assert.equal(write([file('a')]).readUInt16LE(6), 0);
    assert.equal(write([file('é')]).readUInt16LE(6), 0x800);
  });

  it('clamps times to what DOS knows', () => {
    assert.deepEqual([write([file('a')], 0).readUInt16LE(10), write([file('a')], 0).readUInt16LE(12)], [0, 0x21]);
    const late = write([file('a')], Date.UTC(2200, 0) / 1000);
    assert.deepEqual([late.readUInt16LE(10), late.readUInt16LE(12)], [(23 << 11) | (59 << 5) | 29, (127 << 9) | (12 << 5) | 31]);
  });

  it('writes zip64 records from 65535 entries on', () => {
    const members = (count: number) => Array.from({ length: count }, (_, index) => file(`${index}`));
    assert.equal(write(members(65_534)).indexOf('PK\x06\x06', 0, 'latin1'), -1);
    const archive = write(members(65_535));
    const at = archive.length - 22 - 20 - 56;
    assert.equal(archive.toString('hex', at, at + 16), hex('504b0606 2c00000000000000 2d03 2d00'));
    assert.equal(archive.readBigUInt64LE(at + 24), 65_535n);
    assert.equal(archive.readBigUInt64LE(at + 32), 65_535n);
    assert.equal(archive.readBigUInt64LE(at + 48), BigInt(archive.indexOf('PK\x01\x02', 0, 'latin1')));
    assert.equal(archive.toString('hex', at + 56, at + 64), hex('504b0607 00000000'));
    assert.equal(archive.readBigUInt64LE(at + 64), BigInt(at));
    assert.equal(archive.toString('hex', archive.length - 22, archive.length - 10), hex('504b0506 0000 0000 ffff ffff'));
  });
});

describe('big sizes in zip', () => {
  /** The bytes beside contents nobody has to hold. */
  function headers(sizes: readonly { size: number; encoded: number }[]): Buffer {
    const members = sizes.map(({ size }, index) => ({
      type: 'file' as const,
      path: `f${index}`,
      mode: 0o644,
      size,
      source: { bytes: Buffer.of(index) },
    }));
    const of = (source: { bytes?: Uint8Array }) => sizes[source.bytes?.[0] as number] as { size: number; encoded: number };
    const content = {
      ...memory(),
      facts: (source: object) => ({ size: of(source).size, crc32: 7, digests: { sha256: '00' } }),
      encodedLength: (source: object) => of(source).encoded,
    };
    return Buffer.concat([...zip(members, content, { mtime: 0 })].filter((part) => part instanceof Uint8Array));
  }

  it('stays plain up to 4 GiB - 2', () => {
    const archive = headers([{ size: 0xfffffffe, encoded: 100 }]);
    assert.equal(archive.readUInt16LE(4), 20);
    assert.equal(archive.readUInt32LE(22), 0xfffffffe);
    assert.equal(archive.readUInt16LE(28), 0);
  });

  it('puts both sizes into the local extra field', () => {
    const archive = headers([{ size: 0xffffffff, encoded: 100 }]);
    assert.equal(archive.readUInt16LE(4), 45);
    assert.equal(archive.toString('hex', 18, 30), hex('ffffffff ffffffff 0200 1400'));
    assert.equal(archive.toString('hex', 32, 52), hex('0100 1000 ffffffff00000000 6600000000000000'));
  });

  it('puts only what overflows into the central one', () => {
    const archive = headers([{ size: 0xffffffff, encoded: 100 }]);
    const at = central(archive);
    assert.equal(archive.toString('hex', at + 20, at + 32), hex('66000000 ffffffff 0200 0c00'));
    assert.equal(archive.toString('hex', at + 48, at + 60), hex('0100 0800 ffffffff00000000'));
  });

  it('widens offsets behind 4 GiB', () => {
    const archive = headers([
      { size: 0x1_0000_0000, encoded: 0x9000_0000 },
      { size: 0x1_0000_0000, encoded: 0x9000_0000 },
      { size: 1, encoded: 1 },
    ]);
    const at = archive.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    assert.equal(archive.toString('hex', at + 42, at + 60), hex('ffffffff 6632 0100 0800 6c00002001000000'));
    assert.equal(archive.readUInt32LE(archive.length - 6), 0xffffffff);
  });
});

describe('what zip refuses', () => {
  const bad: readonly [string, Member][] = [
    ['a NUL in a path', file('a\0b')],
    ['an absolute path', file('/a')],
    ['a climbing path', file('../a')],
    ['a backslash', file('a\\b')],
    ['a path over 64 KiB', file('n'.repeat(65_536))],
    ['an empty target', symlink('a', '')],
    ['content of another size', { ...file('a', 'hello'), size: 4 }],
  ];
  for (const [what, member] of bad) {
    it(`refuses ${what}`, () => {
      assert.throws(() => write([member]), RangeError);
    });
  }

  it('refuses a path met twice', () => {
    assert.throws(() => write([file('a'), file('a')]), RangeError);
  });

  it('refuses times before 1970', () => {
    assert.throws(() => write([], -1), RangeError);
  });
});
