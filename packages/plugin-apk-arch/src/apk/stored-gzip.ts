import { crc32 } from 'node:zlib';

/** RFC 1951, 3.2.4: bytes of a block that is not compressed. */
const STORED_MAX = 65_535;
/** RFC 1952, 2.3.1: no name, no time, Unix. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);

/** A gzip member of blocks as they are: as long for other bytes of the same length, so that it can be written again. */
export function storedGzip(bytes: Uint8Array): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([HEADER, ...blocks(bytes), trailer]);
}

function* blocks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < Math.max(1, bytes.length); at += STORED_MAX) {
    const block = bytes.subarray(at, at + STORED_MAX);
    const head = Buffer.alloc(5);
    head.writeUInt8(at + STORED_MAX >= bytes.length ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    yield head;
    yield block;
  }
}
