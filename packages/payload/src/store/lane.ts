import type { Source } from '../part.ts';
import { Breather } from '../workers.ts';
import type { Engine } from './engine.ts';
import { Ingest } from './ingest.ts';
import { covers, join, type Want } from './want.ts';

interface Task {
  readonly source: Source;
  want: Want;
  /** Callers that still wait for the result. */
  waiting: number;
  readonly done: PromiseWithResolvers<void>;
}

/** A caller's place in the lane. */
export interface Ticket {
  /** Settles when what is wanted of the source is known and kept. */
  readonly done: Promise<void>;
  /** The caller waits no longer. */
  readonly leave: () => void;
}

/** Reads sources one after another, in the order they were asked for; what is asked for again meanwhile shares the work. */
export class Lane {
  readonly #engine: Engine;
  readonly #ingest: Ingest;
  readonly #queued = new Map<string, Task>();
  readonly #running = new Map<string, Task>();
  #idle: Promise<void> | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#ingest = new Ingest(engine);
  }

  ask(source: Source, want: Want): Ticket {
    const task = this.#taskFor(source, want);
    task.waiting++;
    this.#idle ??= this.#drain();
    return { done: task.done.promise, leave: () => task.waiting-- };
  }

  /** Resolves when nothing is read any more. */
  async idle(): Promise<void> {
    await this.#idle;
  }

  #taskFor(source: Source, want: Want): Task {
    const key = this.#engine.known.key(source);
    const running = this.#running.get(key);
    if (running && running.waiting > 0 && covers(running.want, want)) return running;
    const task = this.#queued.get(key) ?? { source, want, waiting: 0, done: Promise.withResolvers<void>() };
    task.want = join(task.want, want);
    this.#queued.set(key, task);
    return task;
  }

  async #drain(): Promise<void> {
    // Lets the other sources of the caller, and other callers of this turn, come in before the first is read.
    await Promise.resolve();
    const breather = new Breather();
    for (let next = first(this.#queued); next; next = first(this.#queued)) {
      this.#queued.delete(next[0]);
      if (next[1].waiting > 0) await this.#run(...next);
      if (breather.due()) await breather.turn();
    }
    this.#idle = undefined;
  }

  /** Comes back when the source is read; its blocks may still be on the pool. */
  async #run(key: string, task: Task): Promise<void> {
    this.#running.set(key, task);
    const settled = () => {
      if (this.#running.get(key) === task) this.#running.delete(key);
    };
    try {
      const { kept } = await this.#ingest.read({ source: task.source, want: task.want, abandoned: () => task.waiting <= 0 });
      void kept.finally(settled).then(() => task.done.resolve(), task.done.reject);
    } catch (error) {
      settled();
      task.done.reject(error);
    }
  }
}

function first<K, V>(map: ReadonlyMap<K, V>): [K, V] | undefined {
  for (const entry of map) return entry;
  return undefined;
}
