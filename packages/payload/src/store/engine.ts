import type { DeflateThreads } from '../libdeflate/threads.ts';
import type { BlockKeeper } from '../segment.ts';
import type { Workers } from '../workers.ts';
import type { Cache } from './cache.ts';
import type { Known } from './known.ts';

/** Exact counts of the work done. */
export interface Counters {
  /** Bytes given to encoders. */
  encoderInputBytes: number;
  /** Bytes read from sources. */
  bytesRead: number;
}

/** What the parts of a content store share. */
export interface Engine {
  readonly cache: Cache;
  readonly known: Known;
  readonly workers: Workers;
  readonly threads: DeflateThreads;
  readonly keeper: BlockKeeper;
  readonly counters: Counters;
}

/** Buffers in use at once are few; so many are kept for the next block. */
const SPARE = 16;

export function createEngine(cache: Cache, known: Known, workers: Workers, threads: DeflateThreads): Engine {
  const counters = { encoderInputBytes: 0, bytesRead: 0 };
  const spare: Uint8Array[] = [];
  const keeper: BlockKeeper = {
    workers,
    threads,
    keep: (encoded) => cache.keep(encoded),
    borrow: (size) => takeOf(spare, size) ?? Buffer.allocUnsafeSlow(size),
    giveBack: (slab) => {
      if (spare.length < SPARE) spare.push(slab);
    },
    encoding: (bytes) => {
      counters.encoderInputBytes += bytes;
    },
  };
  return { cache, known, workers, threads, keeper, counters };
}

function takeOf(spare: Uint8Array[], size: number): Uint8Array | undefined {
  const at = spare.findLastIndex((slab) => slab.length === size);
  return at < 0 ? undefined : spare.splice(at, 1)[0];
}
