const CAPACITY = 1024 * 1024;

/** Gathers many small writes into few large pieces. A piece handed out is never written to again. */
export class Slab {
  readonly #capacity: number;
  #bytes: Buffer;
  #start = 0;
  #end = 0;

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** The memory `claim` speaks about; another one after each `makeRoom`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Guarantees that `length` bytes can be claimed. Gives back what must be written before, if anything. */
  makeRoom(length: number): Buffer | undefined {
    if (this.#end + length <= this.#bytes.length) return undefined;
    const full = this.take();
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(this.#capacity, length));
    this.#start = 0;
    this.#end = 0;
    return full;
  }

  /** Position of `length` bytes for the caller to fill completely. */
  claim(length: number): number {
    const at = this.#end;
    this.#end += length;
    if (this.#end > this.#bytes.length) throw new RangeError(`Cannot claim ${length} bytes: only ${this.#bytes.length - at} are left`);
    return at;
  }

  /** What was claimed since the last call. */
  take(): Buffer | undefined {
    if (this.#start === this.#end) return undefined;
    const piece = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return piece;
  }
}
