import { ArchiveError } from './archive-error.ts';

/** Exact reads from a stream of chunks, whatever their sizes. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** Exactly `length` bytes, or undefined at the end of the stream. Throws ArchiveError for fewer. */
  async read(length: number): Promise<Buffer | undefined> {
    if (this.#chunk.length >= length) return this.#cut(length);
    const pieces: Buffer[] = [];
    let missing = length;
    while (missing > 0 && (this.#chunk.length > 0 || (await this.#next()))) {
      const piece = this.#cut(Math.min(missing, this.#chunk.length));
      pieces.push(piece);
      missing -= piece.length;
    }
    if (missing === length && length > 0) return undefined;
    if (missing > 0) throw truncated(missing);
    return Buffer.concat(pieces);
  }

  /** The next `length` bytes as they come. */
  async *stream(length: number): AsyncGenerator<Uint8Array, void, undefined> {
    while (length > 0) {
      if (this.#chunk.length === 0 && !(await this.#next())) throw truncated(length);
      const piece = this.#cut(Math.min(length, this.#chunk.length));
      length -= piece.length;
      yield piece;
    }
  }

  /** Everything up to the end of the stream. */
  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#chunk.length > 0 || (await this.#next())) yield this.#cut(this.#chunk.length);
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #cut(length: number): Buffer {
    const piece = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return piece;
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.length);
    return value.length > 0 || this.#next();
  }
}

function truncated(missing: number): ArchiveError {
  return new ArchiveError('truncated', `Cannot read the archive: it ends ${missing} bytes too early`);
}
