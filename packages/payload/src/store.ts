import { hash } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import { crc32 } from 'node:zlib';
import { fileChanged } from './content-error.ts';
import { DeflateThreads } from './libdeflate/threads.ts';
import type { Codec, Content, ContentFacts, ContentRef, Member, Needs, SegmentRef, Source, StreamPart } from './part.ts';
import type { Segment } from './segment.ts';
import { Cache } from './store/cache.ts';
import { copyPieces, copySegment, plainPieces, type Sink } from './store/copy.ts';
import { type Counters, createEngine, type Engine } from './store/engine.ts';
import { FileFacts } from './store/file-facts.ts';
import { ingestInline, isInline } from './store/inline.ts';
import { Known, type KnownContent } from './store/known.ts';
import { Lane } from './store/lane.ts';
import { nameOf, readInto, readWhole } from './store/read-source.ts';
import { RunEncoder } from './store/run-encoder.ts';
import { codingOf, isEmpty, type Want, wantsOf } from './store/want.ts';
import { encodeStream, STREAM_LOAD } from './stream.ts';
import { Breather, Workers } from './workers.ts';

const GIB = 1024 ** 3;

export interface ContentStoreOptions {
  /** Cache folder, kept between runs; absent = a private folder, removed on close. */
  readonly dir?: string;
  /** Encoders at work side by side; absent = the processors this process may use. */
  readonly threads?: number;
  /** Bytes encoders may take together. */
  readonly memory?: number;
  /** Bytes the cache folder may grow to; the packs used longest ago go first, when a run begins. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** Told when the cache folder cannot be used and the run goes on without it. */
  readonly notice?: (text: string) => void;
}

type Asked = readonly [source: Source, want: Want];

/** Contents read, hashed and compressed once, for every container and for later runs. Implements a writer's view of them. */
export class ContentStore implements Content {
  readonly #engine: Engine;
  readonly #lane: Lane;
  readonly #runs: RunEncoder;
  readonly #signal: AbortSignal | undefined;
  readonly #files: FileFacts | undefined;

  private constructor(engine: Engine, signal: AbortSignal | undefined) {
    this.#engine = engine;
    this.#files = engine.cache.folder === undefined ? undefined : new FileFacts({ folder: engine.cache.folder });
    this.#lane = new Lane(engine);
    this.#runs = new RunEncoder(engine);
    this.#signal = signal;
  }

  static async open(options: ContentStoreOptions = {}): Promise<ContentStore> {
    const cache = new Cache({ dir: options.dir, limit: options.limit ?? 5 * GIB, notice: options.notice ?? (() => {}) });
    const threads = Math.max(1, options.threads ?? availableParallelism());
    // Twice the threads: one block waits for each that is worked on.
    const workers = new Workers(2 * threads, options.memory ?? Math.min(GIB, totalmem() / 4));
    return new ContentStore(createEngine(cache, new Known(), workers, new DeflateThreads(threads)), options.signal);
  }

  get counters(): Readonly<Counters> {
    return this.#engine.counters;
  }

  /** How many encoders are kept busy at once. */
  get width(): number {
    return this.#engine.workers.limit;
  }

  /** Makes everything the formats need of the files' contents; each file is read once. Rejects with ContentError. */
  async prepare(members: Iterable<Member>, needs: Needs | readonly Needs[], options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const asked = this.#missing(members, wantsOf('length' in needs ? needs : [needs]));
    // What is known is known after an abort too: a finished artifact can still be described.
    if (asked.length === 0) return;
    const failed = new AbortController();
    const signal = AbortSignal.any([options.signal, this.#signal, failed.signal].filter((each) => each !== undefined));
    signal.throwIfAborted();
    const tickets = asked.filter(([source, want]) => !isInline(source, want)).map(([source, want]) => this.#lane.ask(source, want));
    try {
      await settled([this.#ingestSmall(asked, signal), ...tickets.map(({ done }) => done)], signal);
    } finally {
      failed.abort();
      for (const { leave } of tickets) leave();
    }
    this.#engine.cache.flush();
  }

  facts(source: Source): ContentFacts {
    return this.#engine.known.facts(source) ?? notPrepared(nameOf(source));
  }

  crc32(sha256: string): number {
    return this.#content(sha256).crc32;
  }

  encodedLength(source: Source, codec: Codec, level?: number): number {
    const facts = this.facts(source);
    if (codec === 'none') return facts.size;
    return this.#segment(facts.digests.sha256 ?? notPrepared(nameOf(source)), codec, level).encodedLength;
  }

  bytes(source: Source): Uint8Array {
    const bytes = readWhole(source);
    this.#compare(source, bytes);
    return bytes;
  }

  read(source: Source, target: Uint8Array): void {
    readInto(source, target);
    this.#compare(source, target);
  }

  pieces(ref: ContentRef): Iterable<Uint8Array> {
    const { source, crc32: crc } = this.#contentOf(ref);
    return plainPieces(source, crc);
  }

  /** The bytes in this codec, as one segment: from the cache, or encoded on the pool and kept. */
  async encode(bytes: Uint8Array, codec: Codec, level?: number): Promise<Uint8Array> {
    return codec === 'none' ? bytes : this.#runs.encode(bytes, codingOf(codec, level));
  }

  /** Gives a prepared segment to the sink, verified; one found damaged is made again. */
  async copy(ref: SegmentRef, sink: Sink): Promise<void> {
    if (ref.codec === 'none') return await copyPieces(this.pieces(ref), sink);
    const { source } = this.#contentOf(ref);
    const segment = this.#segment(ref.sha256, ref.codec, ref.level);
    await copySegment(this.#engine, segment, { sink, repair: () => this.#repair(source, ref) });
  }

  /** Encodes a stream that cannot be assembled from segments. */
  async stream(part: StreamPart, sink: Sink): Promise<void> {
    const { workers, keeper } = this.#engine;
    await workers.enter(STREAM_LOAD);
    try {
      await encodeStream({ part, pieces: (ref) => this.pieces(ref), encoding: keeper.encoding }, sink);
    } finally {
      workers.leave(STREAM_LOAD);
    }
  }

  /** Length in bytes of a prepared segment. */
  lengthOf(ref: SegmentRef): number {
    return ref.codec === 'none' ? ref.length : this.#segment(ref.sha256, ref.codec, ref.level).encodedLength;
  }

  /** Ends all work and puts the cache in order. */
  async close(): Promise<void> {
    await this.#lane.idle();
    await this.#engine.workers.idle();
    await this.#engine.threads.close();
    this.#files?.save((source) => this.#engine.known.facts(source));
    this.#engine.cache.close();
  }

  #missing(members: Iterable<Member>, wants: (source: Source) => Want): Asked[] {
    const asked: Asked[] = [];
    for (const member of members) {
      if (member.type !== 'file') continue;
      const want = wants(member.source);
      if (!isEmpty(want) && !this.#has(member.source, want)) asked.push([member.source, want]);
    }
    return asked;
  }

  /** Beside the lane: what others asked for in the meantime is there when it is looked for. */
  async #ingestSmall(asked: readonly Asked[], signal: AbortSignal): Promise<void> {
    const breather = new Breather();
    for (const [source, want] of asked) {
      if (isInline(source, want) && !this.#has(source, want)) ingestInline(this.#engine, source, want);
      if (breather.due()) await breather.turn();
      signal.throwIfAborted();
    }
  }

  #has(source: Source, want: Want): boolean {
    const digests = (this.#engine.known.facts(source) ?? this.#recall(source))?.digests;
    const sha256 = digests?.sha256;
    if (!digests || ![...want.digests].every((name) => digests[name])) return false;
    return [...want.codings.keys()].every((coding) => sha256 && this.#engine.cache.find(sha256, coding));
  }

  #recall(source: Source): ContentFacts | undefined {
    const facts = this.#files?.recall(source);
    if (facts) this.#engine.known.learn(source, facts);
    return facts;
  }

  async #repair(source: Source, { sha256, codec, level }: SegmentRef): Promise<Segment> {
    const coding = codingOf(codec, level);
    await this.#lane.ask(source, { digests: new Set(['sha256']), codings: new Map([[coding.key, coding]]) }).done;
    return this.#segment(sha256, codec, level);
  }

  #segment(sha256: string, codec: Codec, level: number | undefined): Segment {
    return this.#engine.cache.find(sha256, codingOf(codec, level).key) ?? notPrepared(`${sha256} in ${codec}`);
  }

  /** With what was read of the source before; what is read first is what later reads are compared with. */
  #compare(source: Source, bytes: Uint8Array): void {
    const facts = this.#engine.known.facts(source);
    if (!facts) this.#engine.known.learn(source, { size: bytes.length, crc32: crc32(bytes), digests: { sha256: hash('sha256', bytes) } });
    else if (facts.crc32 !== crc32(bytes)) throw fileChanged(nameOf(source), 'it was modified while it was packaged');
  }

  #contentOf({ sha256, length }: ContentRef): KnownContent {
    const content = this.#content(sha256);
    if (content.length !== length) throw new RangeError(`Cannot use ${length} bytes of a prepared content: it has ${content.length}`);
    return content;
  }

  #content(sha256: string): KnownContent {
    return this.#engine.known.content(sha256) ?? notPrepared(sha256);
  }
}

/** Waits for all, or for the first failure, or for the signal. */
async function settled(all: readonly Promise<void>[], signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([Promise.all(all), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function notPrepared(what: string): never {
  throw new RangeError(`Cannot use content that was not prepared: ${what}`);
}
