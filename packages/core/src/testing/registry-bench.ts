import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyEffect, EffectContext } from '../effect.ts';
import type { Http } from '../http.ts';
import type { RegistryJob, RollbackMode } from '../jobs.ts';
import { createEffectRunner, type EffectRunner } from '../lifecycle/effects.ts';
import type { Journal } from '../lifecycle/journal.ts';
import type { EffectState } from '../lifecycle/journal-state.ts';
import { type PublishOutcome, type PublishTarget, publishAll } from '../lifecycle/publish.ts';
import { type RollbackMember, type RollbackOutcome, rollBack } from '../lifecycle/rollback.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import type { AnyRegistry } from '../plugin.ts';
import type { CrashPoints } from './crash.ts';
import type { FaultScript } from './faults.ts';
import type { RegistryConformance, RegistryWorld } from './registry-spec.ts';
import { createStage, NEVER, type Stage } from './registry-stage.ts';
import { textOf } from './text-of.ts';

/** One registry at work, as the lifecycle drives it, in a world of its own. */

export interface BenchRun {
  readonly dry?: boolean;
  readonly crash?: CrashPoints;
  readonly signal?: AbortSignal;
  /** Called before every change is made. */
  readonly onApply?: (effect: AnyEffect) => void;
}

export interface UndoRun extends BenchRun {
  readonly mode?: RollbackMode;
  readonly to?: string;
}

interface Asked {
  readonly effect: AnyEffect;
  readonly input: unknown;
}

export interface Bench<World> {
  readonly world: World;
  /** Everything the registry logged, and every error. */
  readonly said: readonly string[];
  /** What effects gave back, as they gave it. */
  readonly results: readonly unknown[];
  /** What the handler wanted done. */
  readonly asked: readonly Asked[];
  /** Nothing below it may stand in a journal. */
  readonly folder: string;
  readonly release: (version: string) => Release;
  readonly artifacts: (version: string) => readonly Artifact[];
  readonly publish: (version: string, run?: BenchRun) => Promise<PublishOutcome>;
  /** As `publish`, which must succeed. */
  readonly published: (version: string, run?: BenchRun) => Promise<PublishOutcome>;
  readonly undo: (version: string, run?: UndoRun) => Promise<RollbackOutcome>;
  /** As `undo`, which must succeed. */
  readonly undone: (version: string, run?: UndoRun) => Promise<RollbackOutcome>;
  /** Lets every method through. */
  readonly http: Http;
  /** For handlers that change nothing. */
  readonly job: (version: string) => RegistryJob<unknown>;
  readonly context: (version: string, before?: unknown) => EffectContext;
  /** What the journal tells, in the order things were begun. */
  readonly journal: (version: string) => Promise<readonly EffectState[]>;
  readonly forget: (version: string) => void;
}

/** Runs `use` with a fresh world; all of it is gone afterwards. */
export async function withBench<Options, World extends RegistryWorld<Options>>(
  spec: RegistryConformance<Options, World>,
  use: (bench: Bench<World>) => Promise<void>,
  faults?: FaultScript,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const world = await spec.open(faults);
  try {
    await use(createBench(world, { definition: spec.definition, stage: createStage(spec, world, folder), results: [], asked: [] }));
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Work {
  readonly definition: AnyRegistry;
  readonly stage: Stage;
  readonly results: unknown[];
  readonly asked: Asked[];
}

function createBench<World>(world: World, work: Work): Bench<World> {
  const { stage, results, asked } = work;
  const { said, folder, release, artifacts, job, context } = stage;
  return {
    ...{ world, said, results, asked, folder, release, artifacts, job, context, http: stage.http({}) },
    publish: (version, run) => publish(work, version, run),
    published: async (version, run) => {
      const { errors, ...outcome } = await publish(work, version, run);
      assert.deepEqual(errors.map(textOf), [], `publishing ${version} fails`);
      return { errors, ...outcome };
    },
    undo: (version, run) => undo(work, version, run),
    undone: async (version, run) => {
      const outcome = await undo(work, version, run);
      const left = outcome.effects.filter(({ state }) => state !== 'reverted').map(({ description, state }) => `${description}: ${state}`);
      assert.deepEqual(left, [], `taking ${version} back leaves something`);
      return outcome;
    },
    journal: async (version) => {
      const opened = await stage.open(version);
      await opened.close();
      return [...opened.effects.values()];
    },
    forget: (version) => rmSync(join(folder, 'state', version), { recursive: true, force: true }),
  };
}

async function publish(work: Work, version: string, run: BenchRun = {}): Promise<PublishOutcome> {
  const { stage, definition } = work;
  const { id, log, key, tmp, options } = stage;
  const { dry = false, signal = NEVER } = run;
  const effects = watched(work, run);
  const journal = dry ? undefined : await stage.open(version);
  const runner = runnerFor(work, version, { run, effects, journal });
  const target: PublishTarget = { id, use: id, required: true, needs: [], plugin: 'tested@1.0.0', log, definition, options };
  const outcome = await publishAll({
    ...{ targets: [target], release: stage.release(version), artifacts: stage.select(version), runner, signal, tmp, http: stage.http(run), key },
    call: (_, job) => definition.publish(withEffects(work, job, effects)),
  });
  await journal?.close();
  stage.said.push(...outcome.errors.map(textOf));
  return outcome;
}

async function undo(work: Work, version: string, run: UndoRun = {}): Promise<RollbackOutcome> {
  const { stage } = work;
  const { crash, signal = NEVER, mode = 'undo' } = run;
  const effects = watched(work, run);
  const opened = await stage.open(version);
  const runner = runnerFor(work, version, { run, effects, journal: opened });
  const outcome = await rollBack({
    ...{ mode, dry: false, signal, file: stage.file(version), http: stage.http(run), key: stage.key },
    journal: crash ? crash.journal(opened) : opened,
    waves: [
      [{ id: stage.id, effects: [...effects.values()], options: stage.options, log: stage.log, ...ownWay(work, version, { run, effects, runner }) }],
    ],
  });
  await opened.close();
  stage.said.push(...[...outcome.registries, ...outcome.effects].flatMap(({ error }) => (error ? [textOf(error)] : [])));
  return outcome;
}

type Effects = ReadonlyMap<AnyEffect, AnyEffect>;

/** Only for the modes it names; undoing goes by the journal. */
function ownWay(
  { definition, stage }: Work,
  version: string,
  { run, effects, runner }: { readonly run: UndoRun; readonly effects: Effects; readonly runner: EffectRunner },
): Pick<RollbackMember, 'ownWay'> {
  const { rollback, rollbackModes = [] } = definition;
  const { mode = 'undo', to, signal = NEVER } = run;
  if (!rollback || mode === 'undo' || !rollbackModes.includes(mode)) return {};
  const owner = { id: stage.id, plugin: 'tested@1.0.0', options: stage.options, log: stage.log };
  const effect = ((asked: AnyEffect, input: unknown) => runner.run(owner, effects.get(asked) ?? asked, input)) as RegistryJob<unknown>['effect'];
  const job = { ...stage.job(version), http: stage.http(run), mode, to, signal, effect };
  return {
    ownWay: async (more) => {
      await rollback({ ...job, ...more });
      return true;
    },
  };
}

function runnerFor(
  { stage }: Work,
  version: string,
  { run, effects, journal }: { readonly run: BenchRun; readonly effects: Effects; readonly journal: Journal | undefined },
): EffectRunner {
  const { crash, signal = NEVER } = run;
  return createEffectRunner({
    ...(journal ? { mode: 'run', journal: crash ? crash.journal(journal) : journal } : { mode: 'dry' }),
    ...{ signal, http: stage.http(run), key: stage.key, definitions: effects.values(), artifactFile: stage.file(version) },
    retry: { base: 1, cap: 5 },
    // with one slot the points of a crash come in the same order every time
    ...(crash && { slots: 1 }),
  });
}

/** The registry's effects, with an eye on what they do. */
function watched({ definition, results }: Work, { crash, onApply }: BenchRun): Effects {
  const watch = (effect: AnyEffect): AnyEffect => ({
    ...effect,
    apply: async (input, context) => {
      onApply?.(effect);
      const result = await effect.apply(input, context);
      results.push(result);
      return result;
    },
  });
  return new Map(definition.effects.map((effect) => [effect, crash ? crash.effect(watch(effect)) : watch(effect)]));
}

/** The handler's effects exchanged for those that are watched. */
function withEffects({ asked }: Work, job: RegistryJob<unknown>, effects: Effects): RegistryJob<unknown> {
  return Object.freeze({
    ...job,
    effect: (effect, input) => {
      asked.push({ effect, input });
      return job.effect((effects.get(effect) ?? effect) as typeof effect, input);
    },
  });
}
