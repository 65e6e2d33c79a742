import { DEFLATE_ID, deflate } from './deflate.ts';
import { sha256 } from './digest.ts';
import type { Encoder } from './encoder.ts';
import { probeEncoder } from './encoder-probe.ts';
import type { Codec, PackedCodec } from './part.ts';
import { xzBlocks } from './xz/encoder.ts';
import { zstd } from './zstd.ts';

const ENCODERS: Readonly<Partial<Record<Codec, Encoder>>> = { deflate, xz: xzBlocks, zstd };

/** The encoder of a codec. Throws RangeError for one that makes no segments. */
export function encoderOf(codec: Codec): Encoder {
  const encoder = ENCODERS[codec];
  if (!encoder) throw new RangeError(`Cannot make segments with "${codec}": it has no encoder`);
  return encoder;
}

/** Whether streams of the codec are assembled from segments. */
export function isSegmented(codec: Codec): boolean {
  return codec in ENCODERS;
}

const ids = new Map<Codec, string>();

/** Names the bytes an encoder makes, whatever program it is part of: kept segments of another id are not used. */
export function encoderId(codec: PackedCodec): string {
  const id = ids.get(codec) ?? makeId(codec);
  ids.set(codec, id);
  return id;
}

function makeId(codec: PackedCodec): string {
  const { blockSize = 0 } = ENCODERS[codec] ?? {};
  const made = codec === 'deflate' ? DEFLATE_ID : probeEncoder(codec).result;
  return sha256(Buffer.from(`${codec} ${blockSize} ${made}`)).slice(0, 12);
}
