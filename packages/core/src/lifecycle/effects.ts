import type { AnyEffect, Effect, EffectContext } from '../effect.ts';
import type { ArtifactRef } from '../model/artifact.ts';
import { canonicalJson, plain } from './canonical-json.ts';
import { type Change, type EffectInstance, type EffectSummary, summaryOf } from './effect-change.ts';
import { effectConflict, effectFailed, effectHeld, effectInterrupted, effectUndeclared } from './effect-errors.ts';
import { performEffect } from './effect-perform.ts';
import type { Journal } from './journal.ts';
import type { EffectState } from './journal-state.ts';
import { isStanding } from './journal-summary.ts';
import { channelIdOf } from './notify-occasion.ts';
import { Pool } from './pool.ts';
import { RETRY, type Retry, type RetryOptions, type RetryPolicy } from './retry.ts';

export type EffectEvent =
  | { readonly type: 'start' | 'end'; readonly effect: EffectSummary }
  | { readonly type: 'retry'; readonly effect: EffectSummary; readonly retry: Retry };

export interface EffectRunnerOptions {
  /** `dry`: nothing is probed, journaled or changed. */
  readonly mode: 'run' | 'dry';
  /** Required in mode `run`. */
  readonly journal?: Journal;
  readonly signal: AbortSignal;
  /** Every effect the plugins in use declare. */
  readonly definitions: Iterable<AnyEffect>;
  readonly artifactFile: (artifact: ArtifactRef) => string;
  readonly http: EffectContext['http'];
  readonly key: EffectContext['key'];
  readonly on?: (event: EffectEvent) => void;
  /** Effects of one instance at work at the same time; default 4. */
  readonly slots?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly random?: () => number;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** ISO 8601, for the journal. */
  readonly now?: () => string;
  /** What the changes are made for, when it is not publishing. */
  readonly phase?: 'rollback';
  /** Waited for when the intent of a change is durable, before the change is made; must not reject. */
  readonly begun?: () => Promise<void>;
}

export interface EffectRunner {
  /** The result of the change, made now or earlier. The same call twice is one change. */
  run<Input, Result, Options>(instance: EffectInstance, effect: Effect<Input, Result, Options>, input: Input): Promise<Result>;
  /** Begins nothing new, of one instance or at all; what is under way goes on. */
  stop(reason: string, instance?: string): void;
  /** Waits until nothing is under way. */
  drain(instance?: string): Promise<void>;
  /** Every effect of this run, in the order of the calls. */
  effects(): readonly EffectSummary[];
  /** What the public sees, or may see, of this release, by this run or an earlier one. */
  publicEffects(): readonly EffectState[];
}

export function createEffectRunner(options: EffectRunnerOptions): EffectRunner {
  const { mode, journal, signal, slots = 4, on } = options;
  const shared = sharedPool();
  if (mode === 'run' && !journal) throw new TypeError('Cannot run effects without a journal');
  const declared = new Set<AnyEffect>(options.definitions);
  const changes = new Map<string, Change>();
  const pools = new Map<string, Pool>();
  const stopped = new Map<string | undefined, string>();

  function run(instance: EffectInstance, effect: AnyEffect, input: unknown): Promise<unknown> {
    const promise = start(instance, effect, plain(input));
    // A handler may leave a call unawaited; its failure is kept in the summary.
    promise.catch(() => {});
    return promise;
  }

  async function start(instance: EffectInstance, effect: AnyEffect, input: unknown): Promise<unknown> {
    if (!declared.has(effect)) throw effectUndeclared(effect.name, instance.id);
    const summary = summaryOf(instance, effect, input);
    const earlier = changes.get(summary.id);
    if (earlier) return await again(earlier, input);
    const change: Change = { instance, effect, input, summary, promise: Promise.resolve() };
    changes.set(summary.id, change);
    change.promise = perform(change);
    return await change.promise;
  }

  async function perform(change: Change): Promise<unknown> {
    if (mode === 'dry') return dry(change);
    return await poolOf(change.instance.id).run(async () => {
      holdIfStopped(change);
      report(change, { state: 'running' }, 'start');
      const { outcome, result } = await attempt(change);
      report(change, { state: outcome }, 'end');
      return result;
    });
  }

  function dry(change: Change): unknown {
    report(change, { state: 'dry' }, 'end');
    return plain(change.effect.preview?.(change.input));
  }

  async function attempt(change: Change) {
    try {
      return await performEffect(change, toolsFor(change));
    } catch (cause) {
      const { description, instance } = change.summary;
      const error = signal.aborted ? effectInterrupted(description, instance, signal.reason) : effectFailed(description, instance, cause);
      stop(`"${instance}" failed`, instance);
      report(change, { state: 'failed', error }, 'end');
      throw error;
    }
  }

  function holdIfStopped(change: Change): void {
    const { description } = change.summary;
    const reason = signal.aborted ? 'interrupted' : (stopped.get(undefined) ?? stopped.get(change.instance.id));
    if (reason === undefined) return;
    const error = signal.aborted
      ? effectInterrupted(description, change.instance.id, signal.reason)
      : effectHeld(description, change.instance.id, reason);
    report(change, { state: 'held', error }, 'end');
    throw error;
  }

  function stop(reason: string, instance?: string): void {
    if (!stopped.has(instance)) stopped.set(instance, reason);
  }

  async function drain(instance?: string): Promise<void> {
    const underWay = () =>
      [...changes.values()].filter(({ summary }) => isUnderWay(summary) && (instance === undefined || summary.instance === instance));
    for (let some = underWay(); some.length > 0; some = underWay()) await Promise.allSettled(some.map(({ promise }) => promise));
  }

  function report(change: Change, update: Partial<EffectSummary>, type: 'start' | 'end'): void {
    change.summary = { ...change.summary, ...update };
    on?.({ type, effect: change.summary });
  }

  function poolOf(instance: string): Pool {
    const pool = pools.get(instance) ?? shared ?? new Pool(slots);
    pools.set(instance, pool);
    return pool;
  }

  function toolsFor(change: Change) {
    const retry: Omit<RetryOptions, 'repeatable'> = {
      policy: { ...RETRY, ...options.retry },
      signal,
      onRetry: (retry) => on?.({ type: 'retry', effect: change.summary, retry }),
      ...(options.random && { random: options.random }),
      ...(options.wait && { wait: options.wait }),
    };
    return {
      journal: journal as Journal,
      context: contextFor(change.instance),
      retry,
      now,
      definition: (name: string) => [...declared].find((effect) => effect.name === name),
      ...(options.phase && { phase: options.phase }),
      ...(options.begun && { begun: options.begun }),
    };
  }

  function contextFor(instance: EffectInstance): Omit<EffectContext, 'before'> {
    return { options: instance.options, log: instance.log, signal, file: options.artifactFile, http: options.http, key: options.key };
  }

  function now(): string {
    return options.now?.() ?? new Date().toISOString();
  }

  return {
    // The map of changes forgets the types; identity, which includes the effect, brings back the same ones.
    run: run as EffectRunner['run'],
    stop,
    drain,
    effects: () => [...changes.values()].map(({ summary }) => summary),
    publicEffects: () => [...(journal?.effects.values() ?? [])].filter(isPublic),
  };
}

/** A switch for tests, as in crash-point.ts: so many effects at a time, of all instances together. */
function sharedPool(): Pool | undefined {
  const slots = process.env.PROVISIONING_DIST_SLOTS;
  return slots === undefined || slots === '' ? undefined : new Pool(Number(slots));
}

function again(earlier: Change, input: unknown): Promise<unknown> {
  const { description, instance, key } = earlier.summary;
  if (canonicalJson(earlier.input) === canonicalJson(input)) return earlier.promise;
  return Promise.reject(effectConflict(description, instance, key));
}

/** What channels told is not a part of the release. */
function isPublic(state: EffectState): boolean {
  return state.visible && isStanding(state) && channelIdOf(state.instance) === undefined;
}

function isUnderWay({ state }: EffectSummary): boolean {
  return state === 'waiting' || state === 'running';
}
