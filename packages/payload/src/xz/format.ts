import { crc32 } from 'node:zlib';

/** Records of an .xz file ("The .xz File Format" 1.2.1), as its one form we write: LZMA2 alone, sizes in every Block Header, CRC32. */

/**
 * 2.1.1.2: the check zlib has natively and every reader knows; the kernel's has no other. A file of ours is guarded by sha256 anyway.
 */
const CHECK_CRC32 = 0x01;
const CHECK_SIZE = 4;
const STREAM_FLAGS = Uint8Array.of(0x00, CHECK_CRC32);

/** 3.1.2: one filter, and both sizes are there. */
const BLOCK_FLAGS = 0xc0;

/** 5.3.1: LZMA2 and the size of its properties. */
const LZMA2 = Uint8Array.of(0x21, 0x01);

/** 1.2: numbers of seven bits a byte, at most nine of them. */
const NUMBER_MAX = 9;

export interface BlockSizes {
  /** Bytes of the Block but for its padding. */
  readonly unpadded: number;
  readonly uncompressed: number;
}

/** 2.1.1 */
export const STREAM_HEADER: Uint8Array = Buffer.concat([Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00), STREAM_FLAGS, checksum(STREAM_FLAGS)]);

/** 3: a whole Block around the LZMA2 data of `content`. `dictionary` is a power of two. */
export function formatBlock(content: Uint8Array, data: readonly Uint8Array[], dictionary: number): Uint8Array {
  const compressed = data.reduce((sum, piece) => sum + piece.length, 0);
  const header = blockHeader({ compressed, uncompressed: content.length, dictionary });
  return Buffer.concat([header, ...data, padding(compressed), checksum(content)]);
}

/** The sizes of the Blocks the bytes are made of, from their headers. Throws RangeError for anything else. */
export function* blockSizes(bytes: Uint8Array): Generator<BlockSizes, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const headerSize = ((bytes[at] ?? 0) + 1) * 4;
    if (bytes[at] === 0 || bytes[at + 1] !== BLOCK_FLAGS) throw new RangeError('Cannot list a Block: it has no header of ours');
    const [compressed, next] = readNumber(bytes, at + 2);
    const [uncompressed] = readNumber(bytes, next);
    const unpadded = headerSize + compressed + CHECK_SIZE;
    at += unpadded + padding(compressed).length;
    if (at > bytes.length) throw new RangeError('Cannot list a Block: it is cut off');
    yield { unpadded, uncompressed };
  }
}

/** 4 and 2.1.2: the Index and the Stream Footer. */
export function formatEnd(blocks: readonly BlockSizes[]): Uint8Array {
  const records = blocks.flatMap(({ unpadded, uncompressed }) => [...number(unpadded), ...number(uncompressed)]);
  const listed = Uint8Array.from([0x00, ...number(blocks.length), ...records]);
  const fields = Buffer.concat([listed, padding(listed.length)]);
  const backward = Buffer.alloc(4);
  backward.writeUInt32LE((fields.length + CHECK_SIZE) / 4 - 1);
  const footer = Buffer.concat([backward, STREAM_FLAGS]);
  return Buffer.concat([fields, checksum(fields), checksum(footer), footer, Buffer.from('YZ')]);
}

function blockHeader(sizes: { readonly compressed: number; readonly uncompressed: number; readonly dictionary: number }): Uint8Array {
  const filter = [...LZMA2, dictionaryByte(sizes.dictionary)];
  const fields = [BLOCK_FLAGS, ...number(sizes.compressed), ...number(sizes.uncompressed), ...filter];
  const padded = [...fields, ...padding(1 + fields.length)];
  // 3.1.1: the real size, checksum included, in steps of four bytes from eight on.
  const header = Uint8Array.from([(1 + padded.length) / 4, ...padded]);
  return Buffer.concat([header, checksum(header)]);
}

/** 5.3.1: 2^12 is 0, and each step of two doubles it. */
function dictionaryByte(size: number): number {
  return (Math.log2(size) - 12) * 2;
}

function number(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

function readNumber(bytes: Uint8Array, start: number): readonly [value: number, next: number] {
  let value = 0;
  for (let index = 0; index < NUMBER_MAX; index++) {
    const byte = bytes[start + index] ?? 0;
    value += (byte % 128) * 128 ** index;
    if (byte < 128) return [value, start + index + 1];
  }
  throw new RangeError('Cannot list a Block: a number in its header has no end');
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

function checksum(bytes: Uint8Array): Uint8Array {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(crc32(bytes));
  return field;
}
