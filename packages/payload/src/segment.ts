import type { Encoder } from './encoder.ts';
import type { DeflateThreads } from './libdeflate/threads.ts';
import type { Pack } from './store/pack.ts';
import type { Load, Workers } from './workers.ts';

/** A codec at a level, by an encoder whose bytes are known by its id. */
export interface Coding {
  readonly encoder: Encoder;
  readonly level: number;
  /** Codec, level and encoder id: the last part of a segment's key. */
  readonly key: string;
  /** What encoding a block takes. */
  readonly load: Load;
}

/** An encoded block as it lies in a pack. */
export interface Block {
  readonly pack: Pack;
  readonly offset: number;
  readonly length: number;
  /** CRC-32 of the encoded bytes. */
  readonly crc: number;
}

/** One content in one coding. */
export interface Segment {
  /** sha256 of the content. */
  readonly sha256: string;
  readonly coding: string;
  /** Bytes of the content. */
  readonly length: number;
  /** CRC-32 of the content's first `HEAD` bytes: tells before all is read whether a segment is likely kept. */
  readonly head: number;
  readonly encodedLength: number;
  readonly blocks: readonly Block[];
}

/** Bytes of a content that are read before it is decided whether to compress it. */
export const HEAD: number = 1024 * 1024;

export function segmentKey(sha256: string, coding: string): string {
  return `${sha256} ${coding}`;
}

/** Where encoded blocks go, and on whose time they are made. */
export interface BlockKeeper {
  readonly workers: Workers;
  readonly threads: DeflateThreads;
  readonly keep: (encoded: Uint8Array) => Block;
  /** A buffer of this size, used before or fresh. */
  readonly borrow: (size: number) => Uint8Array;
  readonly giveBack: (slab: Uint8Array) => void;
  readonly encoding: (bytes: number) => void;
}

/** Cuts content into blocks and has each one encoded on the pool as soon as it is full. */
export class SegmentBuilder {
  readonly coding: Coding;
  readonly #keeper: BlockKeeper;
  readonly #blocks: Promise<Block>[] = [];
  #slab: Uint8Array | undefined;
  #filled = 0;
  #failure: { readonly reason: unknown } | undefined;

  constructor(coding: Coding, keeper: BlockKeeper) {
    this.coding = coding;
    this.#keeper = keeper;
  }

  /** Copies the bytes; waits only when a block is full and the pool has no room. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      this.#slab ??= this.#keeper.borrow(this.coding.encoder.blockSize);
      const piece = bytes.subarray(at, at + this.#slab.length - this.#filled);
      this.#slab.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === this.#slab.length) await this.#send(this.#slab);
    }
  }

  /** Sends the last block. */
  async finish(): Promise<void> {
    if (this.#slab && this.#filled > 0) await this.#send(this.#slab);
  }

  /** All blocks, after `finish`. */
  async blocks(): Promise<readonly Block[]> {
    return await Promise.all(this.#blocks);
  }

  async #send(slab: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure.reason;
    await this.#keeper.workers.enter(this.coding.load);
    const block = slab.subarray(0, this.#filled);
    this.#slab = undefined;
    this.#filled = 0;
    const made = this.#encode(slab, block);
    made.catch((reason: unknown) => {
      this.#failure ??= { reason };
    });
    this.#blocks.push(made);
  }

  async #encode(slab: Uint8Array, block: Uint8Array): Promise<Block> {
    const { encoder, level, load } = this.coding;
    const { workers, threads, encoding, giveBack } = this.#keeper;
    encoding(block.length);
    try {
      return this.#keep(await encoder.encode(block, level, threads));
    } finally {
      giveBack(slab);
      workers.leave(load);
    }
  }

  #keep(encoded: Uint8Array): Block {
    try {
      return this.#keeper.keep(encoded);
    } finally {
      this.#keeper.threads.release(encoded);
    }
  }
}
