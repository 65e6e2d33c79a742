import type { Encoder } from './encoder.ts';
import { compressNow, type Effort } from './libdeflate/compressor.ts';
import { LIBDEFLATE } from './libdeflate/wasm.ts';
import { SEGMENT_MIN } from './part.ts';

const MIB = 1024 * 1024;

/** Bytes a stored block of RFC 1951, 3.2.4 can hold. */
const STORED_MAX = 0xffff;

/** Up to here a call costs more on a thread than it does at once. */
const INLINE = 16 * 1024;

/** The level when none is asked for. */
const USUAL = 6;

/**
 * Programs fill blocks, and libdeflate's level 6 makes them smaller than zlib's does. Text is mostly in smaller blocks and would grow by up to 9 %:
 * there the search goes on for longer, between libdeflate's levels 6 (35, 65) and 7 (100, 130).
 */
const LONGER: Effort = { level: USUAL, depth: 75, nice: 130 };

/** Names the bytes that are made, on every machine and Node. */
export const DEFLATE_ID: string = `libdeflate ${LIBDEFLATE.sha256} ${LONGER.depth} ${LONGER.nice}`;

/** From here on libdeflate keeps a second set of tables. */
const OPTIMAL = 10;

/** Two empty-block bits and padding: what ends a raw deflate stream after a sync flush. */
export const DEFLATE_END: Uint8Array = Uint8Array.of(0x03, 0x00);

/** Raw deflate in independent blocks that end on a byte boundary and join into one stream; the stream lacks only `DEFLATE_END`. */
export const deflate: Encoder = {
  codec: 'deflate',
  level: USUAL,
  blockSize: MIB,
  segmentMin: SEGMENT_MIN,
  places: 1,
  inline: { max: INLINE, encode: encodeNow },
  memory: (level) => (level < OPTIMAL ? 3 * MIB : 12 * MIB),
  encode: (block, level, threads) =>
    level === 0 || block.length <= INLINE ? encodeNow(block, level) : threads.encode(block, effortFor(block.length, level)),
};

function encodeNow(block: Uint8Array, level: number): Uint8Array {
  return level === 0 ? stored(block) : compressNow(block, effortFor(block.length, level));
}

function effortFor(length: number, level: number): Effort {
  return level === USUAL && length < MIB ? LONGER : { level, depth: 0, nice: 0 };
}

/** libdeflate's level 0 does not end in a flush. */
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
