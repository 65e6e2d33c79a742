import { constants, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import type { Encoder } from './encoder.ts';
import { SEGMENT_MIN } from './part.ts';

/** The sliding window of RFC 1951: how much of what came before a block can be referred to. */
const WINDOW = 32 * 1024;

/** Bytes a stored block of RFC 1951, 3.2.4 can hold. */
const STORED_MAX = 0xffff;

/** Up to here a call costs more on the pool than it does at once. */
const INLINE = 16 * 1024;

/** Two empty-block bits and padding: what ends a raw deflate stream after a sync flush. */
export const DEFLATE_END: Uint8Array = Uint8Array.of(0x03, 0x00);

/** Raw deflate in blocks that end on a byte boundary and join into one stream; the stream lacks only `DEFLATE_END`. */
export const deflate: Encoder = {
  codec: 'deflate',
  level: 6,
  blockSize: 1024 * 1024,
  history: WINDOW,
  segmentMin: SEGMENT_MIN,
  places: 1,
  inline: { max: INLINE, encode: (block, level) => encodeNow(block, level, undefined) },
  // zlib.h: (1 << (windowBits + 2)) + (1 << (memLevel + 9)), the output chunk and the block itself
  memory: () => 2 * 1024 * 1024,
  encode: (block, level, history) => {
    const now = level === 0 || block.length <= INLINE;
    return now ? encodeNow(block, level, history) : onPool(block, optionsFor(block, level, history));
  },
};

function encodeNow(block: Uint8Array, level: number, history: Uint8Array | undefined): Uint8Array {
  return level === 0 ? stored(block) : deflateRawSync(block, optionsFor(block, level, history));
}

function optionsFor(block: Uint8Array, level: number, history: Uint8Array | undefined): ZlibOptions {
  const chunkSize = Math.min(Math.max(block.length + 64, 128), 256 * 1024);
  const options = { level, chunkSize, finishFlush: constants.Z_SYNC_FLUSH };
  return history ? { ...options, dictionary: history } : options;
}

function onPool(block: Uint8Array, options: ZlibOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(block, options, (error, encoded) => (error ? reject(error) : resolve(encoded)));
  });
}

/** Level 0 of zlib depends on the sizes of writes, so stored blocks are written here. */
function stored(block: Uint8Array): Uint8Array {
  const count = Math.ceil(block.length / STORED_MAX);
  const out = Buffer.allocUnsafe(block.length + 5 * count);
  for (let at = 0, position = 0; at < block.length; at += STORED_MAX) {
    const piece = block.subarray(at, at + STORED_MAX);
    out[position] = 0;
    out.writeUInt16LE(piece.length, position + 1);
    out.writeUInt16LE(piece.length ^ 0xffff, position + 3);
    out.set(piece, position + 5);
    position += 5 + piece.length;
  }
  return out;
}
