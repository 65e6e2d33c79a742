import type { DeflateThreads } from './libdeflate/threads.ts';
import type { PackedCodec } from './part.ts';

/** A codec that makes segments: blocks compressed side by side, each for itself, and joined in order. */
export interface Encoder {
  readonly codec: PackedCodec;
  /** The level when none is asked for. */
  readonly level: number;
  /** Content is cut into blocks of this many bytes from its start, so the bytes do not depend on threads or reads. */
  readonly blockSize: number;
  /** Contents below this travel in runs: alone they would compress badly. */
  readonly segmentMin: number;
  /** For contents so small that the pool would cost more than the work: the same bytes, at once. */
  readonly inline?: { readonly max: number; readonly encode: (block: Uint8Array, level: number) => Uint8Array };
  /** Places of the pool a job takes: 2 for jobs so long that none needs to wait beside one at work. */
  readonly places: 1 | 2;
  /** Bytes a running job takes at this level. */
  readonly memory: (level: number) => number;
  /** `block` is used until the call settles. The answer may be lent by the threads: they `claim` or `release` it. */
  readonly encode: (block: Uint8Array, level: number, threads: DeflateThreads) => Uint8Array | Promise<Uint8Array>;
}
