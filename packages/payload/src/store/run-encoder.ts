import { crc32 } from 'node:zlib';
import { sha256 } from '../digest.ts';
import { type Block, type Coding, HEAD, segmentKey } from '../segment.ts';
import { readSegment } from './copy.ts';
import type { Engine } from './engine.ts';

/** Encodes bytes in memory as the segment they are, unless the cache holds it; the same bytes are never encoded twice at once. */
export class RunEncoder {
  readonly #engine: Engine;
  readonly #coming = new Map<string, Promise<Uint8Array>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  encode(bytes: Uint8Array, coding: Coding): Promise<Uint8Array> {
    const name = sha256(bytes);
    const key = segmentKey(name, coding.key);
    const coming = this.#coming.get(key) ?? this.#find(name, bytes, coding).finally(() => this.#coming.delete(key));
    this.#coming.set(key, coming);
    return coming;
  }

  async #find(name: string, bytes: Uint8Array, coding: Coding): Promise<Uint8Array> {
    const { cache } = this.#engine;
    const segment = cache.find(name, coding.key);
    const kept = segment && readSegment(segment);
    if (kept) return kept;
    if (segment) cache.forget(segment);
    return await this.#make(name, bytes, coding);
  }

  async #make(name: string, bytes: Uint8Array, coding: Coding): Promise<Uint8Array> {
    const { blockSize } = coding.encoder;
    const pieces: Promise<{ readonly encoded: Uint8Array; readonly block: Block }>[] = [];
    for (let at = 0; at < bytes.length; at += blockSize) {
      pieces.push(this.#encodeBlock(bytes.subarray(at, at + blockSize), coding));
    }
    const made = await Promise.all(pieces);
    const blocks = made.map(({ block }) => block);
    const encoded = made.length === 1 && made[0] ? made[0].encoded : Buffer.concat(made.map((piece) => piece.encoded));
    const head = crc32(bytes.subarray(0, HEAD));
    this.#engine.cache.add({ sha256: name, coding: coding.key, length: bytes.length, head, encodedLength: encoded.length, blocks });
    return encoded;
  }

  async #encodeBlock(bytes: Uint8Array, { encoder, level, load }: Coding) {
    const { workers, threads, keeper } = this.#engine;
    await workers.enter(load);
    try {
      keeper.encoding(bytes.length);
      const encoded = threads.claim(await encoder.encode(bytes, level, threads));
      return { encoded, block: keeper.keep(encoded) };
    } finally {
      workers.leave(load);
    }
  }
}
