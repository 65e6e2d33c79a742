import {
  type Ask,
  Breather,
  type ContentStore,
  type Digest,
  type Mark,
  type MarkResult,
  type Part,
  type Parts,
  type Patch,
  type Run,
  type SegmentRef,
  type StreamPart,
} from '@provisioning-dist/payload';
import { DistError } from '../errors.ts';
import { interrupted, writeProblem } from './output-errors.ts';
import { OutputFile } from './output-file.ts';

/** Drives a writer's parts into a file. */

export interface OutputOptions {
  readonly path: string;
  readonly store: ContentStore;
  /** Digests of the finished file beside sha256. */
  readonly digests?: readonly Digest[];
  /** Permission bits, whatever the umask; 0644 by default. */
  readonly mode?: number;
  readonly signal?: AbortSignal;
}

export interface Written {
  readonly size: number;
  readonly digests: Readonly<Partial<Record<Digest, string>>> & { readonly sha256: string };
}

/** Bytes that may wait behind a run that is still encoded. */
const WAITING_MAX = 4 * 1024 * 1024;

/** Writes the file under a temporary name and renames it when it is whole; after a failure nothing is left. Rejects with DistError. */
export async function writeParts(parts: Parts, options: OutputOptions): Promise<Written> {
  const { path, digests = [], mode = 0o644, signal } = options;
  const iterator = parts[Symbol.iterator]();
  let output: Output | undefined;
  try {
    signal?.throwIfAborted();
    output = new Output(OutputFile.create(path, ['sha256', ...digests], mode), options.store);
    await drive(iterator, output, signal);
    return await output.finish();
  } catch (error) {
    const taken = output?.length ?? 0;
    output?.discard();
    throw problem(error, options, () => taken + lengthOf(iterator, options.store));
  } finally {
    iterator.return?.();
  }
}

type PartIterator = Iterator<Part, void, MarkResult>;

async function drive(iterator: PartIterator, output: Output, signal: AbortSignal | undefined): Promise<void> {
  const breather = new Breather();
  for (let step = iterator.next(); !step.done; ) {
    const answer = await output.accept(step.value);
    if (breather.due()) await breather.turn();
    signal?.throwIfAborted();
    step = answer ? iterator.next(answer) : iterator.next();
  }
  await output.settle();
}

/** What waits for a run before it: a run on the pool, bytes, or a segment. */
type Waiting = { readonly run: Run; readonly encoded: Promise<Uint8Array> } | { readonly bytes: Uint8Array } | { readonly segment: SegmentRef };

/** Keeps the order: parts are written as they come unless a run before them is still encoded. */
class Output {
  readonly #file: OutputFile;
  readonly #store: ContentStore;
  readonly #waiting: Waiting[] = [];
  #runs = 0;
  #waitingBytes = 0;
  /** The position after the last part that was written whole. */
  #whole = 0;
  #marked = 0;

  constructor(file: OutputFile, store: ContentStore) {
    this.#file = file;
    this.#store = store;
  }

  /** Bytes of the parts taken so far, written or waiting; runs on the pool count as they are. */
  get length(): number {
    return this.#waiting.reduce((sum, part) => sum + waitingLength(part, this.#store), this.#whole);
  }

  async accept(part: Part): Promise<MarkResult | undefined> {
    if (part instanceof Uint8Array) await this.#add({ bytes: part });
    else if ('run' in part) await this.#encode(part);
    else if ('sha256' in part) await this.#add({ segment: part });
    else if ('ask' in part) return await this.#ask(part);
    else return await this.#inOrder(part);
    return undefined;
  }

  /** Writes everything that waits. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeFirst();
  }

  async finish(): Promise<Written> {
    const size = this.#file.position;
    const { sha256 = '', ...others } = await this.#file.finish();
    return { size, digests: { sha256, ...others } };
  }

  discard(): void {
    this.#file.discard();
  }

  /** Parts that speak about what is written before them. */
  async #inOrder(part: Mark | Patch | StreamPart): Promise<MarkResult | undefined> {
    await this.settle();
    if ('mark' in part) return this.#answer(part.mark);
    if ('patch' in part) this.#file.patch(part.patch, part.bytes);
    else await this.#store.stream(part, (bytes) => this.#file.write(bytes));
    this.#whole = this.#file.position;
    return undefined;
  }

  async #ask({ ask }: Ask): Promise<MarkResult> {
    await this.settle();
    const { position: length } = this.#file;
    const answer = await ask({ length, read: (position, count) => this.#file.read(position, count) });
    return { position: length, digests: {}, answer };
  }

  #answer(names: readonly Digest[]): MarkResult {
    const digests = names.length === 0 ? {} : this.#file.digest(this.#marked, names);
    if (names.length > 0) this.#marked = this.#file.position;
    return { position: this.#file.position, digests };
  }

  async #encode(run: Run): Promise<void> {
    const encoded = this.#store.encode(run.run, run.codec, run.level);
    // Awaited in its turn; until then a failure is no unhandled rejection.
    encoded.catch(() => {});
    this.#waiting.push({ run, encoded });
    this.#runs++;
    while (this.#runs >= this.#store.width) await this.#writeFirst();
  }

  async #add(part: { readonly bytes: Uint8Array } | { readonly segment: SegmentRef }): Promise<void> {
    if (this.#waiting.length === 0) {
      this.#waiting.push(part);
      return await this.#writeFirst();
    }
    // The writer may use its buffer again.
    this.#waiting.push('bytes' in part ? { bytes: Uint8Array.from(part.bytes) } : part);
    if ('bytes' in part) this.#waitingBytes += part.bytes.length;
    while (this.#waitingBytes > WAITING_MAX) await this.#writeFirst();
  }

  async #writeFirst(): Promise<void> {
    const first = this.#waiting[0];
    if (!first) return;
    if ('run' in first) await this.#writeRun(first);
    else if ('bytes' in first) this.#file.write(first.bytes);
    else await this.#copy(first.segment);
    this.#waiting.shift();
    this.#whole = this.#file.position;
    if ('bytes' in first) this.#waitingBytes = Math.max(0, this.#waitingBytes - first.bytes.length);
  }

  async #copy(segment: SegmentRef): Promise<void> {
    await this.#store.copy(segment, (bytes) => {
      this.#file.write(bytes);
      segment.seen?.(bytes);
    });
  }

  async #writeRun({ run, encoded }: { readonly run: Run; readonly encoded: Promise<Uint8Array> }): Promise<void> {
    const bytes = await encoded;
    this.#file.write(bytes);
    run.seen?.(bytes);
    this.#runs--;
    run.settled?.(bytes.length);
  }
}

function waitingLength(part: Waiting, store: ContentStore): number {
  if ('run' in part) return part.run.run.length;
  return 'bytes' in part ? part.bytes.length : store.lengthOf(part.segment);
}

/** Bytes the parts not yet taken come to, runs counted as they are: enough to say how much space is missing. */
function lengthOf(iterator: PartIterator, store: ContentStore): number {
  let length = 0;
  const answer: MarkResult = { position: 0, digests: {} };
  try {
    for (let step = iterator.next(answer); !step.done; step = iterator.next(answer)) length += partLength(step.value, store);
  } catch {
    // A writer that relies on its marks cannot be asked further; the full disk is the problem to report.
  }
  return length;
}

function partLength(part: Part, store: ContentStore): number {
  if (part instanceof Uint8Array) return part.length;
  if ('run' in part) return part.run.length;
  if ('stream' in part) return part.length;
  return 'sha256' in part ? store.lengthOf(part) : 0;
}

function problem(error: unknown, { path, signal }: OutputOptions, needed: () => number): unknown {
  if (error instanceof DistError) return error;
  if (signal?.aborted) return signal.reason instanceof DistError ? signal.reason : interrupted(path, signal.reason);
  return writeProblem(path, error, needed);
}
