import { AsyncSeriesBailHook, AsyncSeriesHook } from 'tapable';
import { DistError, EXIT } from './errors.ts';
import type { KeyedHook, SeriesHook, TapOptions } from './hooks.ts';

/**
 * The tapable side of the facade in hooks.ts. Taps are collected first and handed to tapable in their final order by `seal`, because
 * tapable puts a tap whose `before` names nobody first, and never reorders when that name arrives later. Handlers are always wrapped in
 * an async function: a tap that throws synchronously after an asynchronous one would leave a tapable series unsettled for ever.
 */

interface Tap<Job, Answer> extends TapOptions {
  readonly fn: (job: Job) => Promise<Answer> | Answer;
}

/** Told of every tap that ran. */
export type TapObserver = (tap: { readonly hook: string; readonly key?: string; readonly name: string; readonly milliseconds: number }) => void;

/** Every tap in order. */
export class Series<Job> implements SeriesHook<Job> {
  readonly #label: string;
  readonly #taps: Tap<Job, void>[] = [];
  readonly #hook = new AsyncSeriesHook<[Job]>(['job']);

  constructor(label: string) {
    this.#label = label;
  }

  tap(options: TapOptions, fn: (job: Job) => Promise<void> | void): void {
    add(this.#label, this.#taps, { ...options, fn });
  }

  seal(observe: TapObserver): void {
    for (const tap of ordered(this.#label, this.#taps)) this.#hook.tapPromise(tap.name, wrapped(this.#label, undefined, tap, observe));
  }

  call(job: Job): Promise<void> {
    return this.#hook.promise(job);
  }
}

/** One series per key; the answers of all taps, in order. */
export class KeyedSeries<Job, Answer> implements KeyedHook<Job, Answer> {
  readonly #label: string;
  readonly #taps = new Map<string, Tap<Job, Answer>[]>();
  readonly #hooks = new Map<string, AsyncSeriesHook<[Job, Answer[]]>>();

  constructor(label: string) {
    this.#label = label;
  }

  /** Makes a key known: only plugins' definitions do, so a typo in a tap cannot create a hook nobody calls. */
  provide(key: string): void {
    if (!this.#taps.has(key)) this.#taps.set(key, []);
  }

  tap(key: string, options: TapOptions, fn: (job: Job) => Promise<Answer> | Answer): void {
    add(`${this.#label} "${key}"`, known(this.#label, key, this.#taps), { ...options, fn });
  }

  seal(observe: TapObserver): void {
    for (const [key, taps] of this.#taps) {
      const hook = new AsyncSeriesHook<[Job, Answer[]]>(['job', 'answers']);
      for (const tap of ordered(`${this.#label} "${key}"`, taps)) {
        const run = wrapped(this.#label, key, tap, observe);
        hook.tapPromise(tap.name, async (job, answers) => {
          answers.push(await run(job));
        });
      }
      this.#hooks.set(key, hook);
    }
  }

  async call(key: string, job: Job): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    await known(this.#label, key, this.#hooks).promise(job, answers);
    return answers;
  }
}

/** One hook per key; the first tap that answers something else than undefined. */
export class KeyedBail<Job, Answer> implements KeyedHook<Job, Answer | undefined> {
  readonly #label: string;
  readonly #taps = new Map<string, Tap<Job, Answer | undefined>[]>();
  readonly #hooks = new Map<string, AsyncSeriesBailHook<[Job], Answer | undefined>>();

  constructor(label: string) {
    this.#label = label;
  }

  provide(key: string): void {
    if (!this.#taps.has(key)) this.#taps.set(key, []);
  }

  tap(key: string, options: TapOptions, fn: (job: Job) => Promise<Answer | undefined> | Answer | undefined): void {
    add(`${this.#label} "${key}"`, known(this.#label, key, this.#taps), { ...options, fn });
  }

  seal(observe: TapObserver): void {
    for (const [key, taps] of this.#taps) {
      const hook = new AsyncSeriesBailHook<[Job], Answer | undefined>(['job']);
      for (const tap of ordered(`${this.#label} "${key}"`, taps)) hook.tapPromise(tap.name, wrapped(this.#label, key, tap, observe));
      this.#hooks.set(key, hook);
    }
  }

  call(key: string, job: Job): Promise<Answer | undefined> {
    return known(this.#label, key, this.#hooks).promise(job);
  }
}

function known<Value>(label: string, key: string, map: ReadonlyMap<string, Value>): Value {
  const value = map.get(key);
  if (value === undefined) throw unknownKey(label, key, [...map.keys()]);
  return value;
}

function add<Job, Answer>(label: string, taps: Tap<Job, Answer>[], tap: Tap<Job, Answer>): void {
  if (taps.some((other) => other.name === tap.name)) throw new TypeError(`Cannot tap ${label} twice as "${tap.name}"`);
  taps.push(tap);
}

function wrapped<Job, Answer>(label: string, key: string | undefined, tap: Tap<Job, Answer>, observe: TapObserver): (job: Job) => Promise<Answer> {
  return async (job) => {
    const start = performance.now();
    try {
      return await tap.fn(job);
    } catch (error) {
      throw attributed(label, key, tap.name, error);
    } finally {
      observe({ hook: label, ...(key === undefined ? {} : { key }), name: tap.name, milliseconds: performance.now() - start });
    }
  };
}

/** Taps so that every `before` and `after` holds, else in the order they were added. */
function ordered<Job, Answer>(label: string, taps: readonly Tap<Job, Answer>[]): Tap<Job, Answer>[] {
  const byName = new Map(taps.map((tap) => [tap.name, tap]));
  const earlier = new Map(taps.map((tap) => [tap.name, new Set(tap.after ?? [])]));
  for (const tap of taps) for (const later of tap.before ?? []) earlier.get(later)?.add(tap.name);
  for (const tap of taps) {
    const stranger = [...(tap.before ?? []), ...(tap.after ?? [])].find((name) => !byName.has(name));
    if (stranger !== undefined) throw unknownNeighbour(label, tap.name, stranger, [...byName.keys()]);
  }
  const result: Tap<Job, Answer>[] = [];
  const waiting = [...taps];
  while (waiting.length > 0) {
    const index = waiting.findIndex((tap) => [...(earlier.get(tap.name) ?? [])].every((name) => result.some((done) => done.name === name)));
    if (index < 0)
      throw tapCycle(
        label,
        waiting.map((tap) => tap.name),
      );
    result.push(...waiting.splice(index, 1));
  }
  return result;
}

function attributed(hook: string, key: string | undefined, plugin: string, error: unknown): unknown {
  if (error instanceof DistError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const text = error instanceof Error ? error.message : String(error);
  return new DistError('plugin-failed', `Cannot ${hook}${key === undefined ? '' : ` "${key}"`}: plugin "${plugin}" failed: ${text}`, {
    cause: error,
    data: { plugin, hook, ...(key === undefined ? {} : { key }) },
  });
}

function unknownKey(label: string, key: string, keys: readonly string[]): DistError {
  return new DistError('unknown-hook-key', `Cannot find hook ${label} "${key}": known are ${keys.join(', ') || 'none'}`, { exit: EXIT.usage });
}

function unknownNeighbour(label: string, name: string, stranger: string, names: readonly string[]): DistError {
  return new DistError('unknown-tap', `Cannot order "${name}" on ${label}: no tap is called "${stranger}"; there are ${names.join(', ')}`, {
    exit: EXIT.usage,
  });
}

function tapCycle(label: string, names: readonly string[]): DistError {
  return new DistError('tap-cycle', `Cannot order the taps of ${label}: ${names.join(', ')} wait for each other`, { exit: EXIT.usage });
}
