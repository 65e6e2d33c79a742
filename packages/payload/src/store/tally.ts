import { crc32 } from 'node:zlib';
import { DigestSet } from '../digest.ts';
import type { ContentFacts, Digest } from '../part.ts';
import { READ_SIZE, type SourceReader } from './read-source.ts';

/** Reads a source and makes its facts on the way. */
export class Tally {
  readonly #reader: SourceReader;
  readonly #digests: DigestSet;
  #size = 0;
  #crc = 0;

  constructor(reader: SourceReader, digests: Iterable<Digest>) {
    this.#reader = reader;
    this.#digests = new DigestSet(digests);
  }

  /** CRC-32 of what was read so far. */
  get crc(): number {
    return this.#crc;
  }

  /** Bytes read so far. */
  get size(): number {
    return this.#size;
  }

  /** The next bytes, in `target`: as many as fit, fewer only at the end. */
  read(target: Uint8Array): Uint8Array {
    let filled = 0;
    while (filled < target.length) {
      const piece = target.subarray(filled, filled + READ_SIZE);
      const count = this.#reader.read(piece);
      this.#add(piece.subarray(0, count));
      filled += count;
      if (count < piece.length) break;
    }
    return target.subarray(0, filled);
  }

  /** Facts of the whole. Throws when the source is not what it was. */
  finish(): ContentFacts {
    this.#reader.finish();
    return { size: this.#size, crc32: this.#crc, digests: this.#digests.finish() };
  }

  #add(bytes: Uint8Array): void {
    this.#digests.update(bytes);
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
  }
}
