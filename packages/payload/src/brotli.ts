import type { Part, Plain } from './part.ts';

export interface BrotliOptions {
  /** Bytes of the whole before compression. */
  readonly length: number;
  /** 0 to 11; 9 by default, as the levels above take ten times as long for a few percent. */
  readonly level?: number;
}

/** One stream: brotli has no form that could be assembled from shared pieces. */
export function* brotli(plain: Iterable<Plain>, { length, level }: BrotliOptions): Generator<Part, void, unknown> {
  yield { stream: plain, codec: 'brotli', length, ...(level === undefined ? {} : { level }) };
}
