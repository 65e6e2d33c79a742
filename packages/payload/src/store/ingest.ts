import type { Source } from '../part.ts';
import { type Coding, HEAD, SegmentBuilder, segmentKey } from '../segment.ts';
import { Breather } from '../workers.ts';
import type { Engine } from './engine.ts';
import { openSource, READ_SIZE, sizeOf } from './read-source.ts';
import { Tally } from './tally.ts';
import type { Want } from './want.ts';

type Codings = readonly (readonly [key: string, coding: Coding])[];

/** A source to read: all of it is abandoned when nobody waits for it any more. */
export interface Order {
  readonly source: Source;
  readonly want: Want;
  readonly abandoned: () => boolean;
}

/** What a pass over a source leaves: the content's sha256, and per coding the promise that its segment is kept. */
interface Pass {
  readonly name: string;
  readonly kept: ReadonlyMap<string, Promise<void>>;
}

/** Reads a source once for all its digests and segments. One source at a time: the buffers are shared. */
export class Ingest {
  readonly #engine: Engine;
  readonly #head: Buffer = Buffer.allocUnsafeSlow(HEAD);
  readonly #breather = new Breather();
  /** Segments whose blocks are on their way, by segment key. */
  readonly #coming = new Map<string, Promise<void>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Resolves when the source is read; `kept` when its segments are in the cache. */
  async read(order: Order): Promise<{ readonly kept: Promise<unknown> }> {
    const missing = this.#missing(order);
    const { name, kept } = await this.#pass(order, missing, (key, size, head) => this.#engine.cache.isLikely(size, head, key));
    const others = missing.filter(([key]) => !kept.has(key));
    const coming = others.map(([key]) => this.#coming.get(segmentKey(name, key)));
    // The head was known, but of another content: what was spared must be done after all.
    const wrongly = others.filter(([key]) => !this.#isKept(name, key));
    const again = wrongly.length > 0 ? await this.#pass(order, wrongly, () => false) : undefined;
    return { kept: Promise.all([...kept.values(), ...coming, ...(again?.kept.values() ?? [])]) };
  }

  #missing({ source, want }: Order): Codings {
    const name = this.#engine.known.facts(source)?.digests.sha256;
    return [...want.codings].filter(([key]) => name === undefined || !this.#engine.cache.find(name, key));
  }

  #isKept(name: string, coding: string): boolean {
    return this.#coming.has(segmentKey(name, coding)) || this.#engine.cache.find(name, coding) !== undefined;
  }

  /** Reads to the end, and encodes for every coding but those `spare` says are kept. */
  async #pass(order: Order, codings: Codings, spare: (key: string, size: number, head: number) => boolean): Promise<Pass> {
    const { source, want } = order;
    const reader = openSource(source);
    try {
      const tally = new Tally(reader, codings.length > 0 ? new Set(want.digests).add('sha256') : want.digests);
      const first = tally.read(this.#head);
      const head = tally.crc;
      const builders = codings
        .filter(([key]) => !spare(key, sizeOf(source), head))
        .map(([, coding]) => new SegmentBuilder(coding, this.#engine.keeper));
      await this.#encodeAll(order, tally, builders, first);
      const facts = tally.finish();
      this.#engine.counters.bytesRead += facts.size;
      this.#engine.known.learn(source, facts);
      for (const builder of builders) await builder.finish();
      const name = facts.digests.sha256 ?? '';
      return { name, kept: new Map(builders.map((builder) => [builder.coding.key, this.#keep(builder, { name, length: facts.size, head })])) };
    } finally {
      reader.close();
    }
  }

  async #encodeAll({ abandoned }: Order, tally: Tally, builders: readonly SegmentBuilder[], first: Uint8Array): Promise<void> {
    const buffer = this.#head.subarray(0, READ_SIZE);
    for (let piece = first; piece.length > 0; piece = tally.read(buffer)) {
      for (const builder of builders) await builder.write(piece);
      if (this.#breather.due()) await this.#breather.turn();
      if (abandoned()) throw new Error('Nobody waits for this content any more');
    }
  }

  /** Adds the segment to the cache as soon as its blocks are there. */
  #keep(builder: SegmentBuilder, { name, length, head }: { readonly name: string; readonly length: number; readonly head: number }): Promise<void> {
    const { cache } = this.#engine;
    const coding = builder.coding.key;
    const kept = builder.blocks().then((blocks) => {
      const encodedLength = blocks.reduce((sum, block) => sum + block.length, 0);
      cache.add({ sha256: name, coding, length, head, encodedLength, blocks });
    });
    const key = segmentKey(name, coding);
    const gone = () => this.#coming.delete(key);
    this.#coming.set(key, kept);
    kept.then(gone, gone);
    cache.expect(length, head, coding);
    return kept;
  }
}
