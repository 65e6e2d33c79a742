import { createHash, type Hash, hash } from 'node:crypto';
import type { Digest } from './part.ts';

export type Digests = Readonly<Partial<Record<Digest, string>>>;

/** Several digests of the same bytes, made in one pass. */
export class DigestSet {
  readonly #hashes: readonly (readonly [Digest, Hash])[];

  constructor(names: Iterable<Digest>) {
    this.#hashes = [...new Set(names)].map((name) => [name, createHash(name)] as const);
  }

  update(bytes: Uint8Array): void {
    for (const [, made] of this.#hashes) made.update(bytes);
  }

  /** Ends the pass; lower-case hex. */
  finish(): Digests {
    return Object.fromEntries(this.#hashes.map(([name, made]) => [name, made.digest('hex')]));
  }
}

/** Digests of bytes in memory; lower-case hex. */
export function digestsOf(bytes: Uint8Array, names: Iterable<Digest>): Digests {
  return Object.fromEntries([...names].map((name) => [name, hash(name, bytes, 'hex')]));
}

export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
