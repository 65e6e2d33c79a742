import isLater from 'semver/functions/gt.js';
import validVersion from 'semver/functions/valid.js';
import type { Effect, EffectContext, Log } from '../effect.ts';
import type { DistError } from '../errors.ts';
import type { RegistryJob } from '../jobs.ts';
import type { Artifact, ArtifactFilter, ArtifactRef } from '../model/artifact.ts';
import type { PlannedPublish } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { AnyRegistry } from '../plugin.ts';
import { type Barrier, createBarrier, type Level } from './barrier.ts';
import type { EffectSummary } from './effect-change.ts';
import { effectInterrupted } from './effect-errors.ts';
import type { EffectRunner } from './effects.ts';
import type { EffectState } from './journal-state.ts';
import { effectInDoubt, effectMoved, publishFailed, publishHeld, registryFailed } from './publish-errors.ts';
import { publishOrder } from './publish-graph.ts';

/** One entry under `publish:` with its definition and parsed options. */
export interface PublishTarget extends PlannedPublish {
  /** `name@version` of its plugin. */
  readonly plugin: string;
  readonly definition: AnyRegistry;
  readonly options: unknown;
  readonly log: Log;
}

export interface PublishRequest {
  /** With those left out, as the plan has them. */
  readonly targets: readonly PublishTarget[];
  readonly release: Release;
  readonly artifacts: (filter?: ArtifactFilter) => readonly Artifact[];
  readonly runner: EffectRunner;
  readonly signal: AbortSignal;
  readonly tmp: () => string;
  readonly http: EffectContext['http'];
  readonly key: EffectContext['key'];
  /** Runs when all that nobody sees of a wave is done, with the ids of its registries and of those before; must not reject. */
  readonly beforeVisible?: (ids: readonly string[]) => Promise<void>;
  /** Makes no visible change: those wait for another run. */
  readonly draft?: boolean;
  /** Runs the handlers of a registry; by default the definition's own alone. */
  readonly call?: (target: PublishTarget, job: RegistryJob<unknown>) => Promise<void>;
}

export interface RegistryOutcome {
  readonly id: string;
  readonly required: boolean;
  /** `held`: stopped, or never started, because of another one's failure, or because the release is a draft. */
  readonly state: 'done' | 'failed' | 'held' | 'skipped';
  readonly error?: DistError;
}

export interface PublishOutcome {
  /** In the order of the configuration. */
  readonly registries: readonly RegistryOutcome[];
  readonly effects: readonly EffectSummary[];
  /** What the public sees, or may see, of this release: by this run or an earlier one. */
  readonly public: readonly EffectState[];
  /** Every problem; `failure` is what the command ends with, carrying the exit code. */
  readonly errors: readonly DistError[];
  readonly failure: DistError | undefined;
}

type Outcomes = Map<string, RegistryOutcome>;

/** Publishes to every registry, in waves. Never rejects for what a registry does: the outcome tells. Throws for needs that cannot be met. */
export async function publishAll(request: PublishRequest): Promise<PublishOutcome> {
  const byId = new Map(request.targets.map((target) => [target.id, target]));
  const outcomes: Outcomes = new Map();
  for (const wave of publishOrder(request.targets).waves) {
    const targets = wave.flatMap((id) => byId.get(id) ?? []);
    await publishWave(request, targets, outcomes);
  }
  await request.runner.drain();
  return summarise(request, outcomes, await movedAway(request));
}

/** Where each registry will serve an artifact, from the definitions alone. */
export function locator(targets: readonly PublishTarget[], release: Release): (registry: string, artifact: ArtifactRef) => string | undefined {
  const byId = new Map(targets.map((target) => [target.id, target]));
  return (registry, artifact) => {
    const target = byId.get(registry);
    return target?.definition.locate?.(artifact, { release, options: target.options, id: target.id });
  };
}

async function publishWave(request: PublishRequest, targets: readonly PublishTarget[], outcomes: Outcomes): Promise<void> {
  const ready = targets.filter((target) => isReady(target, outcomes));
  for (const target of targets.filter((one) => !ready.includes(one))) outcomes.set(target.id, held(target));
  const begun = [...outcomes.keys(), ...ready.map(({ id }) => id)];
  const barrier = createBarrier(
    ready.map((target) => memberOf(target, ready)),
    async () => request.beforeVisible?.(begun),
  );
  const abort = () => barrier.abort('interrupted');
  request.signal.addEventListener('abort', abort);
  if (request.signal.aborted) abort();
  await Promise.all(ready.map((target) => publishOne(request, target, { barrier, outcomes })));
  request.signal.removeEventListener('abort', abort);
}

/** Every required registry before it, and everyone it needs, is published. */
function isReady(target: PublishTarget, outcomes: Outcomes): boolean {
  const failedBefore = [...outcomes.values()].some(({ required, state }) => required && state !== 'done');
  return !failedBefore && target.needs.every(({ id }) => (outcomes.get(id)?.state ?? 'done') === 'done');
}

function held(target: PublishTarget): RegistryOutcome {
  return { id: target.id, required: target.required, state: 'held' };
}

function memberOf({ id, required, needs }: PublishTarget, wave: readonly PublishTarget[]) {
  const inWave = new Set(wave.map((target) => target.id));
  return { id, required, needs: needs.map((need) => need.id).filter((need) => inWave.has(need)) };
}

interface Wave {
  readonly barrier: Barrier;
  readonly outcomes: Outcomes;
}

async function publishOne(request: PublishRequest, target: PublishTarget, { barrier, outcomes }: Wave): Promise<void> {
  const { runner } = request;
  const job = registryJob(request, target, effectsBehind(request, target, barrier));
  const error = await settled(() => (request.call ?? callHandler)(target, job));
  await runner.drain(target.id);
  const outcome = outcomeOf(target, error, runner.effects());
  outcomes.set(target.id, outcome);
  const isAsFarAsItMay = outcome.state === 'done' || (outcome.state === 'held' && request.draft === true);
  if (!isAsFarAsItMay && target.required) runner.stop(`"${target.id}" failed`);
  barrier.settle(target.id, isAsFarAsItMay ? 'done' : 'failed');
}

async function callHandler(target: PublishTarget, job: RegistryJob<unknown>): Promise<void> {
  await target.definition.publish(job);
}

/** What it failed with; a tap that throws at once counts the same. */
async function settled(action: () => Promise<void>): Promise<{ readonly cause: unknown } | undefined> {
  try {
    await action();
    return undefined;
  } catch (cause) {
    return { cause };
  }
}

/** A handler that swallowed the failure of an effect has failed all the same. */
function outcomeOf(target: PublishTarget, thrown: { readonly cause: unknown } | undefined, effects: readonly EffectSummary[]): RegistryOutcome {
  const { id, required } = target;
  const failure = effects.find((effect) => effect.instance === id && effect.state === 'failed')?.error;
  if (failure) return { id, required, state: 'failed', error: failure };
  if (!thrown) return { id, required, state: 'done' };
  const error = registryFailed(id, thrown.cause);
  return { id, required, state: isHeld(error) ? 'held' : 'failed', error };
}

function isHeld({ code }: DistError): boolean {
  return code === 'publish-held' || code === 'effect-held';
}

function registryJob(request: PublishRequest, target: PublishTarget, effect: RunEffect): RegistryJob<unknown> {
  const { release, artifacts, signal, tmp, http, key, targets } = request;
  const { id, options, log } = target;
  return Object.freeze({ release, options, id, signal, log, tmp, artifacts, http, key, locate: locator(targets, release), effect });
}

type RunEffect = RegistryJob<unknown>['effect'];

function effectsBehind(request: PublishRequest, target: PublishTarget, barrier: Barrier): RunEffect {
  const { signal, runner } = request;
  const { id } = target;
  return async <Input, Result, Options>(effect: Effect<Input, Result, Options>, input: Input): Promise<Result> => {
    if (request.draft && effect.visible) throw publishHeld(effect.describe(input), id, 'the release is a draft');
    await barrier.enter(id, levelOf(effect), (reason) =>
      signal.aborted ? effectInterrupted(effect.describe(input), id, signal.reason) : publishHeld(effect.describe(input), id, reason),
    );
    try {
      return await runner.run(target, effect, input);
    } finally {
      barrier.leave(id);
    }
  };
}

function levelOf({ visible, irreversible }: { readonly visible?: boolean; readonly irreversible?: string }): Level {
  if (!visible) return 0;
  return irreversible === undefined ? 1 : 2;
}

/** What the public saw and somebody changed, where that did not serve its clients better. Snapshots have no order: the last one wins. */
async function movedAway(request: PublishRequest): Promise<readonly EffectSummary[]> {
  if (request.release.snapshot) return [];
  const moved = request.runner.effects().filter(({ state, visible }) => state === 'moved' && visible);
  const ahead = new Set<string>();
  for (const target of request.targets.filter(({ id }) => moved.some(({ instance }) => instance === id)))
    if (await isAhead(request, target)) ahead.add(target.id);
  return moved.filter(({ instance }) => !ahead.has(instance));
}

/** Whether clients get a later version: they are not taken back. */
async function isAhead(request: PublishRequest, target: PublishTarget): Promise<boolean> {
  const effect = (): Promise<never> => Promise.reject(new TypeError('Cannot make a change while looking'));
  const current = await target.definition.current?.(registryJob(request, target, effect)).catch(() => undefined);
  return current !== undefined && validVersion(current) !== null && isLater(current, request.release.version);
}

function summarise(request: PublishRequest, outcomes: Outcomes, moved: readonly EffectSummary[]): PublishOutcome {
  const effects = request.runner.effects();
  const registries = request.targets.map((target) => outcomes.get(target.id) ?? ({ ...held(target), state: 'skipped' } as const));
  const failed = registries.filter(({ state }) => state === 'failed');
  const doubts = effects.filter(({ state }) => state === 'doubt');
  const errors = [
    ...failed.flatMap(({ error }) => error ?? []),
    ...doubts.map(({ description, instance }) => effectInDoubt(description, instance)),
    ...moved.map(({ description, instance }) => effectMoved(description, instance)),
  ];
  const seen = request.runner.publicEffects();
  const ids = [...new Set([...failed.map(({ id }) => id), ...[...doubts, ...moved].map(({ instance }) => instance)])];
  const failure = errors.length === 0 ? undefined : publishFailed(request.release, ids, { errors, isPublic: seen.length > 0 });
  return { registries, effects, public: seen, errors, failure };
}
