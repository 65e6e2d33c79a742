/** Cuts a byte sequence into runs at places its content decides, so that a change moves no other cut. */

/** Runs are no longer than a block, so that each is one piece of work. */
const RUN_MAX = 1024 * 1024;

/** Below this no cut is looked for. A run starts without history, so short ones compress worse. */
const RUN_MIN = 512 * 1024;

/** A cut at every 2^17th position on average: 640 KiB runs. */
const CUT_BITS = 17;

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
  readonly #spare: Buffer[] = [];
  #buffer: Buffer = Buffer.allocUnsafeSlow(RUN_MAX);
  #filled = 0;
  #searched = RUN_MIN;

  /** Copies the bytes and gives the runs they complete. */
  *add(bytes: Uint8Array): Generator<CutRun, void, undefined> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + RUN_MAX - this.#filled);
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
    let hash = 0;
    for (let at = this.#searched - (WINDOW - 1); at < this.#filled; at++) {
      hash = ((hash << 1) + (GEAR[this.#buffer[at] ?? 0] ?? 0)) | 0;
      if (at >= this.#searched && hash >>> (32 - CUT_BITS) === 0) return at + 1;
    }
    this.#searched = Math.max(this.#searched, this.#filled);
    return this.#filled === RUN_MAX ? RUN_MAX : 0;
  }

  #take(end: number): CutRun {
    const rest = this.#filled - end;
    const bytes = this.#buffer.subarray(0, end);
    if (end < SMALL) return this.#copyOut(bytes, rest);
    const full = this.#buffer;
    this.#buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(RUN_MAX);
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
    this.#searched = RUN_MIN;
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
