/** Cuts a byte sequence into runs at places its content decides, so that a change moves no other cut. */

export interface RunSizes {
  /** Below this no cut is looked for. A run starts without history, so short ones compress worse. */
  readonly min: number;
  /** No longer than a block, so that each run is one piece of work. */
  readonly max: number;
  /** Beyond the minimum there is a cut at every 2^cutBits-th position on average. */
  readonly cutBits: number;
}

/** 640 KiB on average. */
const RUNS: RunSizes = { min: 512 * 1024, max: 1024 * 1024, cutBits: 17 };

/** Runs under this size are copied out, so that their big buffer serves on. */
const SMALL = 128 * 1024;

/** Buffers that may wait for their next use. */
const SPARE = 8;

/** Bytes the rolling hash sees: older ones are shifted out of its 32 bits. */
const WINDOW = 32;

const GEAR: Int32Array = gear();

export interface CutRun {
  readonly bytes: Uint8Array;
  /** Says that the bytes are not read any more. */
  readonly release: () => void;
}

export class RunCutter {
  readonly #sizes: RunSizes;
  readonly #spare: Buffer[] = [];
  #buffer: Buffer;
  #filled = 0;
  #searched: number;

  constructor(sizes: RunSizes = RUNS) {
    this.#sizes = sizes;
    this.#buffer = Buffer.allocUnsafeSlow(sizes.max);
    this.#searched = sizes.min;
  }

  /** Copies the bytes and gives the runs they complete. */
  *add(bytes: Uint8Array): Generator<CutRun, void, undefined> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + this.#sizes.max - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      yield* this.#cut();
    }
  }

  /** What is left, as a run. */
  *flush(): Generator<CutRun, void, undefined> {
    if (this.#filled > 0) yield this.#take(this.#filled);
  }

  *#cut(): Generator<CutRun, void, undefined> {
    for (let end = this.#search(); end > 0; end = this.#search()) yield this.#take(end);
  }

  /** Where the run ends; 0 when that is not known yet. */
  #search(): number {
    const { max, cutBits } = this.#sizes;
    let hash = 0;
    for (let at = this.#searched - (WINDOW - 1); at < this.#filled; at++) {
      hash = ((hash << 1) + (GEAR[this.#buffer[at] ?? 0] ?? 0)) | 0;
      if (at >= this.#searched && hash >>> (32 - cutBits) === 0) return at + 1;
    }
    this.#searched = Math.max(this.#searched, this.#filled);
    return this.#filled === max ? max : 0;
  }

  #take(end: number): CutRun {
    const rest = this.#filled - end;
    const bytes = this.#buffer.subarray(0, end);
    if (end < SMALL) return this.#copyOut(bytes, rest);
    const full = this.#buffer;
    this.#buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#sizes.max);
    full.copy(this.#buffer, 0, end, end + rest);
    this.#reset(rest);
    return { bytes, release: () => this.#recycle(full) };
  }

  #copyOut(bytes: Uint8Array, rest: number): CutRun {
    const copy = Uint8Array.from(bytes);
    this.#buffer.copyWithin(0, bytes.length, bytes.length + rest);
    this.#reset(rest);
    return { bytes: copy, release: () => {} };
  }

  #reset(filled: number): void {
    this.#filled = filled;
    this.#searched = this.#sizes.min;
  }

  #recycle(buffer: Buffer): void {
    if (this.#spare.length < SPARE) this.#spare.push(buffer);
  }
}

/** 256 fixed well-mixed numbers (xorshift32): a rolling hash needs no better. */
function gear(): Int32Array {
  let state = 0x9e3779b9;
  return Int32Array.from({ length: 256 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  });
}
