import { Worker } from 'node:worker_threads';
import { type Compress, compiledModule, compressNow, createCompressor, type Effort, ROOM } from './compressor.ts';

/** Until this much was asked for, a thread costs more than it gives. */
const START = 1024 * 1024;

/** Up to this level a block takes the main thread less than 50 ms. */
const QUICK = 6;

/** One block waits while the other is worked on. */
const SLOTS = 2;

/** Memory a thread shares with us: a block on its way there, then its encoding, until that is released. */
interface Slot {
  readonly thread: Thread;
  readonly index: number;
  readonly bytes: Uint8Array;
  job: PromiseWithResolvers<Uint8Array> | undefined;
}

interface Thread {
  readonly worker: Worker;
  readonly slots: Slot[];
  free: readonly Slot[];
}

interface Order {
  readonly index: number;
  readonly size: number;
  readonly effort: Effort;
}

interface Answer {
  readonly index: number;
  readonly size: number;
}

/** Threads that deflate blocks: none for little work, and none that keeps the process alive without work. */
export class DeflateThreads {
  readonly #count: number;
  readonly #lent = new Map<Uint8Array, Slot>();
  #waiting: PromiseWithResolvers<Slot>[] = [];
  #threads: Thread[] = [];
  #turn: Promise<void> = Promise.resolve();
  #asked = 0;
  #online = 0;
  #failure: { readonly reason: unknown } | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  /** `block` is used until this settles. Every answer has to be given to `release` or `claim`. */
  async encode(block: Uint8Array, effort: Effort): Promise<Uint8Array> {
    this.#asked += block.length;
    if (this.#asked > START || effort.level > QUICK) this.#start();
    if (this.#online === 0 && effort.level <= QUICK) {
      await this.#nextTurn();
      if (this.#online === 0) return compressNow(block, effort);
    }
    return await this.#send(await this.#freeSlot(), block, effort);
  }

  /** The answer is not used any more. Others than ours may be given too. */
  release(encoded: Uint8Array): void {
    const slot = this.#lent.get(encoded);
    if (!slot) return;
    this.#lent.delete(encoded);
    this.#offer(slot);
  }

  /** The answer, to be kept as long as one likes. */
  claim(encoded: Uint8Array): Uint8Array {
    if (!this.#lent.has(encoded)) return encoded;
    const own = Buffer.from(encoded);
    this.release(encoded);
    return own;
  }

  async close(): Promise<void> {
    this.#fail(new Error('Cannot deflate: the store was closed'));
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  /** Of the event loop, one for each block that is encoded here. */
  async #nextTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => new Promise((resolve) => setImmediate(resolve)));
    await this.#turn;
  }

  #start(): void {
    if (this.#failure || this.#threads.length > 0) return;
    this.#threads = Array.from({ length: this.#count }, () => this.#startThread());
  }

  #startThread(): Thread {
    const memory = Array.from({ length: SLOTS }, () => new Uint8Array(new SharedArrayBuffer(ROOM)));
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { module: compiledModule(), memory },
      execArgv: [],
      // it makes next to no garbage, and would let 16 MB of it lie
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8, codeRangeSizeMb: 8, stackSizeMb: 1 },
      trackUnmanagedFds: false,
      env: {},
    });
    const thread: Thread = { worker, slots: [], free: [] };
    thread.slots.push(...memory.map((bytes, index) => ({ thread, index, bytes, job: undefined })));
    worker.once('online', () => this.#welcome(thread));
    worker.on('message', ({ index, size }: Answer) => this.#lend(thread.slots[index], size));
    worker.once('error', (reason) => this.#fail(reason));
    worker.once('exit', (code) => this.#fail(new Error(`Cannot deflate: a thread ended with ${code}`)));
    return thread;
  }

  #welcome(thread: Thread): void {
    this.#online++;
    thread.worker.unref();
    for (const slot of thread.slots) this.#offer(slot);
  }

  #offer(slot: Slot): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve(slot);
    else slot.thread.free = [...slot.thread.free, slot];
  }

  /** Of the thread with the least to do. */
  async #freeSlot(): Promise<Slot> {
    if (this.#failure) throw this.#failure.reason;
    const thread = this.#threads.reduce<Thread | undefined>((best, each) => (each.free.length > (best?.free.length ?? 0) ? each : best), undefined);
    const [slot, ...rest] = thread?.free ?? [];
    if (thread && slot) {
      thread.free = rest;
      return slot;
    }
    const waiting = Promise.withResolvers<Slot>();
    this.#waiting.push(waiting);
    return await waiting.promise;
  }

  #send(slot: Slot, block: Uint8Array, effort: Effort): Promise<Uint8Array> {
    if (this.#failure) throw this.#failure.reason;
    slot.bytes.set(block);
    slot.job = Promise.withResolvers();
    slot.thread.worker.ref();
    const order: Order = { index: slot.index, size: block.length, effort };
    slot.thread.worker.postMessage(order);
    return slot.job.promise;
  }

  #lend(slot: Slot | undefined, size: number): void {
    if (!slot?.job) return;
    const encoded = slot.bytes.subarray(0, size);
    this.#lent.set(encoded, slot);
    slot.job.resolve(encoded);
    slot.job = undefined;
    if (slot.thread.slots.every(({ job }) => !job)) slot.thread.worker.unref();
  }

  /** For good: a thread that failed once will do it again. */
  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const { job } of this.#threads.flatMap(({ slots }) => slots)) job?.reject(reason);
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }
}

/** What a thread does; it gets this function as text, so it may use nothing else of this file. */
function serve(create: typeof createCompressor, room: number, threads: typeof import('node:worker_threads')): void {
  const { parentPort, workerData } = threads;
  const { module, memory } = workerData as { readonly module: object; readonly memory: readonly Uint8Array[] };
  const compress: Compress = create(module, room);
  parentPort?.on('message', ({ index, size, effort }: Order) => {
    const slot = memory[index] as Uint8Array;
    const encoded = compress(slot.subarray(0, size), effort);
    slot.set(encoded);
    parentPort.postMessage({ index, size: encoded.length } satisfies Answer);
  });
}

const PROGRAM = `(${serve})(${createCompressor}, ${ROOM}, require('node:worker_threads'));`;
