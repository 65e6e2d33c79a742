import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyEffect, EffectContext, Log } from '../effect.ts';
import type { Http } from '../http.ts';
import type { RegistryJob, RollbackMode } from '../jobs.ts';
import { artifactFile } from '../lifecycle/artifact-file.ts';
import { plain } from '../lifecycle/canonical-json.ts';
import { createEffectRunner, type EffectRunner } from '../lifecycle/effects.ts';
import { createHttp } from '../lifecycle/http-client.ts';
import { type Journal, openJournal } from '../lifecycle/journal.ts';
import type { EffectState } from '../lifecycle/journal-state.ts';
import { type PublishOutcome, type PublishTarget, publishAll } from '../lifecycle/publish.ts';
import { type RollbackOutcome, rollBack } from '../lifecycle/rollback.ts';
import type { Artifact, ArtifactFilter } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import { testArtifacts, testRelease, writeArtifacts } from './artifacts.ts';
import type { CrashPoints } from './crash.ts';
import type { FaultScript } from './faults.ts';
import type { RegistryConformance, RegistryWorld } from './registry-spec.ts';
import { textOf } from './text-of.ts';

/** One registry at work, as the lifecycle drives it, in a world of its own. */

export interface BenchRun {
  readonly dry?: boolean;
  readonly crash?: CrashPoints;
  readonly signal?: AbortSignal;
  /** Called before every change is made. */
  readonly onApply?: (effect: AnyEffect) => void;
}

export interface Bench<World> {
  readonly world: World;
  /** Everything the registry logged, and every error. */
  readonly said: string[];
  /** What effects gave back, as they gave it. */
  readonly results: unknown[];
  /** What the handler wanted done. */
  readonly asked: { readonly effect: AnyEffect; readonly input: unknown }[];
  /** Nothing below it may stand in a journal. */
  readonly folder: string;
  readonly release: (version: string) => Release;
  readonly artifacts: (version: string) => readonly Artifact[];
  readonly publish: (version: string, run?: BenchRun) => Promise<PublishOutcome>;
  /** As `publish`, which must succeed. */
  readonly published: (version: string, run?: BenchRun) => Promise<PublishOutcome>;
  readonly undo: (version: string, run?: BenchRun & { readonly mode?: RollbackMode; readonly to?: string }) => Promise<RollbackOutcome>;
  /** As `undo`, which must succeed. */
  readonly undone: (version: string, run?: BenchRun) => Promise<RollbackOutcome>;
  /** Lets every method through. */
  readonly http: Http;
  /** For handlers that change nothing. */
  readonly job: (version: string) => RegistryJob<unknown>;
  readonly context: (version: string, before?: unknown) => EffectContext;
  /** What the journal tells, in the order things were begun. */
  readonly journal: (version: string) => Promise<readonly EffectState[]>;
  readonly forget: (version: string) => void;
}

export const INSTANCE = 'tested';

/** Runs `use` with a fresh world; all of it is gone afterwards. */
export async function withBench<Options, World extends RegistryWorld<Options>>(
  spec: RegistryConformance<Options, World>,
  use: (bench: Bench<World>) => Promise<void>,
  faults?: FaultScript,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const world = await spec.open(faults);
  try {
    await use(createBench(spec, world, folder));
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function createBench<Options, World extends RegistryWorld<Options>>(
  spec: RegistryConformance<Options, World>,
  world: World,
  folder: string,
): Bench<World> {
  const said: string[] = [];
  const results: unknown[] = [];
  const asked: { readonly effect: AnyEffect; readonly input: unknown }[] = [];
  const made = new Map<string, readonly Artifact[]>();
  const say = (message: string): void => void said.push(message);
  const log: Log = { info: say, warn: say, debug: say };
  const never = new AbortController().signal;
  const key = spec.key ?? noKey;

  const release = (version: string): Release => testRelease(version, spec.release);
  const artifacts = (version: string): readonly Artifact[] => {
    const found = made.get(version) ?? writeArtifacts(join(folder, 'packages', version), (spec.artifacts ?? testArtifacts)(version));
    made.set(version, found);
    return found;
  };
  const select = (version: string) => (filter?: ArtifactFilter) => artifacts(version).filter((artifact) => matches(artifact, filter));
  const file = (version: string) => artifactFile((name) => artifacts(version).find((one) => one.name === name), join(folder, 'packages', version));
  const http = (signal: AbortSignal, dry: boolean): Http => createHttp({ signal, dry, userAgent: 'provisioning-dist/test' });
  const open = (version: string): Promise<Journal> => openJournal(join(folder, 'state', version), release(version), String);
  const tmp = (): string => mkdtempSync(join(folder, 'tmp-'));

  function watched({ crash, onApply }: BenchRun): ReadonlyMap<AnyEffect, AnyEffect> {
    const watch = (effect: AnyEffect): AnyEffect => ({
      ...effect,
      apply: async (input, context) => {
        onApply?.(effect);
        const result = await effect.apply(input, context);
        results.push(result);
        return result;
      },
    });
    return new Map(spec.definition.effects.map((effect) => [effect, crash ? crash.effect(watch(effect)) : watch(effect)]));
  }

  async function publish(version: string, run: BenchRun = {}): Promise<PublishOutcome> {
    const { dry = false, crash, signal = never } = run;
    const effects = watched(run);
    const journal = dry ? undefined : await open(version);
    const web = crash ? crash.http(http(signal, dry)) : http(signal, dry);
    const runner: EffectRunner = createEffectRunner({
      ...(journal ? { mode: 'run', journal: crash ? crash.journal(journal) : journal } : { mode: 'dry' }),
      ...{ signal, http: web, key, definitions: effects.values(), artifactFile: file(version), retry: { base: 1, cap: 5 } },
      // with one slot the points of a crash come in the same order every time
      ...(crash && { slots: 1 }),
    });
    const target: PublishTarget = {
      ...{ id: INSTANCE, use: INSTANCE, required: true, needs: [], plugin: 'tested@1.0.0', log },
      ...{ definition: spec.definition, options: world.options },
    };
    const outcome = await publishAll({
      ...{ targets: [target], release: release(version), artifacts: select(version), runner, signal, tmp, http: web, key },
      call: (_, job) => spec.definition.publish(withEffects(job, effects, asked) as RegistryJob<Options>),
    });
    await journal?.close();
    for (const error of outcome.errors) said.push(textOf(error));
    return outcome;
  }

  async function undo(version: string, run: BenchRun & { readonly mode?: RollbackMode; readonly to?: string } = {}): Promise<RollbackOutcome> {
    const { crash, signal = never, mode = 'undo', to } = run;
    const opened = await open(version);
    const journal = crash ? crash.journal(opened) : opened;
    const effects = watched(run);
    const web = crash ? crash.http(http(signal, false)) : http(signal, false);
    const runner = createEffectRunner({ mode: 'run', journal, signal, http: web, key, definitions: effects.values(), artifactFile: file(version) });
    const own = spec.definition.rollback;
    const isOwn = own && (spec.definition.rollbackModes ?? []).includes(mode as never);
    const base = { ...job(version), http: web, mode, to, signal };
    const effect = ((asked: AnyEffect, input: unknown) => runner.run(memberOf(log, world.options), effects.get(asked) ?? asked, input)) as never;
    const outcome = await rollBack({
      waves: [
        [
          {
            ...{ id: INSTANCE, effects: [...effects.values()], options: world.options, log },
            ...(isOwn && {
              ownWay: async (more) => {
                await own({ ...base, ...more, effect, options: world.options });
                return true as const;
              },
            }),
          },
        ],
      ],
      ...{ mode, journal, dry: false, signal, file: file(version), http: web, key },
    });
    await opened.close();
    for (const { error } of [...outcome.registries, ...outcome.effects]) if (error) said.push(textOf(error));
    return outcome;
  }

  function job(version: string): RegistryJob<unknown> {
    return Object.freeze({
      ...{ release: release(version), options: world.options, id: INSTANCE, signal: never, log, tmp, artifacts: select(version) },
      ...{ http: http(never, true), key, locate: () => undefined },
      effect: () => Promise.reject(new Error('a handler that only looks began an effect')),
    });
  }

  async function journal(version: string): Promise<readonly EffectState[]> {
    const opened = await open(version);
    await opened.close();
    return [...opened.effects.values()];
  }

  return {
    ...{ world, said, results, asked, folder, release, artifacts, publish, undo, job, journal, http: http(never, false) },
    published: async (version, run) => {
      const outcome = await publish(version, run);
      assert.deepEqual(outcome.errors.map(textOf), [], `publishing ${version} fails`);
      return outcome;
    },
    undone: async (version, run) => {
      const outcome = await undo(version, run);
      const left = outcome.effects.filter(({ state }) => state !== 'reverted').map(({ description, state }) => `${description}: ${state}`);
      assert.deepEqual(left, [], `taking ${version} back leaves something`);
      return outcome;
    },
    context: (version, before) => ({
      ...{ options: world.options, signal: never, log, file: file(version), http: http(never, true), key, before: plain(before) },
    }),
    forget: (version) => rmSync(join(folder, 'state', version), { recursive: true, force: true }),
  };
}

function memberOf(log: Log, options: unknown) {
  return { id: INSTANCE, plugin: 'tested@1.0.0', options, log };
}

/** The handler's effects exchanged for those that are watched. */
function withEffects(
  job: RegistryJob<unknown>,
  effects: ReadonlyMap<AnyEffect, AnyEffect>,
  asked: { readonly effect: AnyEffect; readonly input: unknown }[],
): RegistryJob<unknown> {
  return Object.freeze({
    ...job,
    effect: (effect, input) => {
      asked.push({ effect, input });
      return job.effect((effects.get(effect) ?? effect) as typeof effect, input);
    },
  });
}

function matches(artifact: Artifact, filter: ArtifactFilter = {}): boolean {
  return Object.entries(filter).every(([name, wanted]) => [wanted].flat().includes(artifact[name as keyof ArtifactFilter] as never));
}

function noKey(id: string): never {
  throw new Error(`no key "${id}" is given to the conformance kit`);
}
