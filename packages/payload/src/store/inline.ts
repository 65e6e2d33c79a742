import { crc32 } from 'node:zlib';
import { digestsOf } from '../digest.ts';
import { SEGMENT_MIN, type Source } from '../part.ts';
import type { Block, BlockKeeper, Coding } from '../segment.ts';
import type { Engine } from './engine.ts';
import { readInto, sizeOf } from './read-source.ts';
import type { Want } from './want.ts';

/** Small contents are read, hashed and encoded at once: a turn on the pool would cost more than the work. */

export function isInline(source: Source, { codings }: Want): boolean {
  const size = sizeOf(source);
  return size < SEGMENT_MIN && codings.values().every(({ encoder }) => size <= (encoder.inline?.max ?? 0));
}

/** Memory of the content at hand. */
const scratch = Buffer.allocUnsafeSlow(SEGMENT_MIN);

export function ingestInline({ cache, known, keeper, counters }: Engine, source: Source, want: Want): void {
  const bytes = scratch.subarray(0, sizeOf(source));
  readInto(source, bytes);
  const crc = crc32(bytes);
  const digests = digestsOf(bytes, want.digests);
  counters.bytesRead += bytes.length;
  known.learn(source, { size: bytes.length, crc32: crc, digests });
  const { sha256 = '' } = digests;
  for (const [key, coding] of want.codings) {
    if (cache.find(sha256, key)) continue;
    const block = bytes.length === 0 ? undefined : encodeNow(keeper, coding, bytes);
    cache.add({ sha256, coding: key, length: bytes.length, head: crc, encodedLength: block?.length ?? 0, blocks: block ? [block] : [] });
  }
}

function encodeNow(keeper: BlockKeeper, { encoder, level }: Coding, bytes: Uint8Array): Block | undefined {
  if (!encoder.inline) throw new TypeError(`Cannot encode with "${encoder.codec}" at once`);
  keeper.encoding(bytes.length);
  return keeper.keep(encoder.inline.encode(bytes, level));
}
