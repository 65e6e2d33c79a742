import validVersion from 'semver/functions/valid.js';
import type { Log } from '../effect.ts';
import type { DistError } from '../errors.ts';
import type { RollbackJob, RollbackMode } from '../jobs.ts';
import type { Artifact } from '../model/artifact.ts';
import { artifactFile } from './artifact-file.ts';
import { listHooks, withStepHooks } from './config-hooks.ts';
import { createEffectRunner, type EffectRunner } from './effects.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import type { Journal } from './journal.ts';
import { bringJournal, closeRun, hasJournal, openReleaseJournal, readReleaseJournal } from './journal-open.ts';
import type { EndRecord } from './journal-record.ts';
import type { EffectState, EffectStates } from './journal-state.ts';
import { isOurs } from './journal-summary.ts';
import { lookingJob } from './looking-job.ts';
import { channelIdOf, channelInstance } from './notify-occasion.ts';
import { notifyRelease } from './notify-release.ts';
import { inspectOutputFolder } from './output-folder.ts';
import { locator, type PublishTarget } from './publish.ts';
import { publishOrder } from './publish-graph.ts';
import { effectReporter } from './publish-release.ts';
import { publishTargets } from './publish-targets.ts';
import { recordTargets } from './record.ts';
import { publishable } from './release-artifacts.ts';
import { type RollbackMember, type RollbackOutcome, type RollbackRequest, rollBack } from './rollback.ts';
import { modeUnsupported, nothingToRollBack, registryGone, unknownRegistry, wrongTo } from './rollback-errors.ts';
import { checkOptions } from './rollback-options.ts';
import { failureOf, type RollbackSummary, rollbackReporter, summaryOf, tellStaying } from './rollback-summary.ts';
import type { RunContext } from './run-context.ts';

/** Takes a release back from where it was published. The artifacts need not be here any more. */

export interface RollbackOptions extends GuardOptions {
  readonly mode: RollbackMode;
  /** The version clients are to get. */
  readonly to?: string;
  /** Ids; empty = all. */
  readonly registries: readonly string[];
  readonly dryRun: boolean;
  /** Goes on where options of registries are not what they were. */
  readonly changedOptions?: boolean;
  /** Told everything before an error is thrown. */
  readonly show: (summary: RollbackSummary) => void;
}

export async function rollbackRelease(run: RunContext, options: RollbackOptions): Promise<RollbackSummary> {
  checkTo(options, run.plan.release.version);
  const keepers = recordTargets(run);
  if (options.dryRun) return rollbackDry(run, options, keepers);
  return guarded(run, 'rollback', options, () => rollbackMade(run, options, keepers));
}

function checkTo({ mode, to }: RollbackOptions, version: string): void {
  if (mode === 'undo' && to !== undefined) throw wrongTo(mode, to, 'undoing leaves what was there before');
  if (mode === 'undo') return;
  if (to === undefined) throw wrongTo(mode, to, 'no version is named');
  if (validVersion(to) === null) throw wrongTo(mode, to, 'it is no version');
  if (to === version) throw wrongTo(mode, to, 'that is the one to go back from');
}

async function rollbackDry(run: RunContext, options: RollbackOptions, keepers: readonly PublishTarget[]): Promise<RollbackSummary> {
  const journal = await readReleaseJournal(run, keepers);
  if (journal.problem) throw journal.problem;
  if (!journal.header && !hasJournal(run.stateDir)) throw nothingKept(run, keepers);
  listHooks(run, ['rollback']);
  const given = { journal, dry: true, targets: chosenTargets(run, options, [...journal.effects.values()]) };
  const { outcome, summary } = await perform(run, options, given);
  tellStaying(run, summary);
  options.show(summary);
  const failure = failureOf(run, outcome, summary);
  if (failure) throw failure;
  return summary;
}

async function rollbackMade(run: RunContext, options: RollbackOptions, keepers: readonly PublishTarget[]): Promise<RollbackSummary> {
  await bringJournal(run, keepers);
  if (!hasJournal(run.stateDir)) throw nothingKept(run, keepers);
  const journal = await openReleaseJournal(run, keepers);
  try {
    const begun = journal.count();
    const given = { journal, dry: false, targets: chosenTargets(run, options, [...journal.effects.values()]) };
    const { outcome, summary } = await withStepHooks(run, 'rollback', () => performForeseen(run, options, given), subjectOf(options));
    tellStaying(run, summary);
    options.show(summary);
    const failure = failureOf(run, outcome, summary);
    if (!failure && wasAnnounced(run, journal, options)) await tellRolledBack(run, journal, options);
    await closeRun(run, journal, { begun, keepers, ...endOf(options, failure) });
    if (failure) throw failure;
    return summary;
  } finally {
    await journal.close();
  }
}

/** Who was told that it is out is told that it is not; where nothing was said there is nothing to take back. */
function wasAnnounced({ selection }: RunContext, { effects }: Journal, { registries }: RollbackOptions): boolean {
  const told = [...effects.values()].some(({ instance, state }) => channelIdOf(instance) !== undefined && state === 'done');
  return told && registries.length === 0 && selection.runs('notify');
}

async function tellRolledBack(run: RunContext, journal: Journal, { to }: RollbackOptions): Promise<void> {
  await withStepHooks(run, 'notify', () => notifyRelease(run, { type: 'rollback', journal, ...(to !== undefined && { to }) }));
}

function subjectOf({ registries }: RollbackOptions): { readonly registries?: readonly string[] } {
  return registries.length > 0 ? { registries } : {};
}

function endOf({ mode, registries }: RollbackOptions, failure: unknown): Omit<EndRecord, 'type' | 'id' | 'at'> {
  const how = { ...(mode !== 'undo' && { mode }), ...(registries.length > 0 && { only: registries }) };
  return { command: 'rollback', outcome: failure === undefined ? 'ok' : 'failed', ...how };
}

function nothingKept({ plan: { release } }: RunContext, keepers: readonly PublishTarget[]): DistError {
  const places = keepers.map(({ id }) => id);
  return nothingToRollBack(release, places);
}

interface Given {
  readonly journal: Journal | { readonly effects: EffectStates };
  readonly dry: boolean;
  readonly targets: readonly PublishTarget[];
}

/** Where the journal is not what is followed, registries may find that they cannot: all are asked before one of them begins. */
async function performForeseen(run: RunContext, options: RollbackOptions, given: Given): Promise<Performed> {
  if (options.mode === 'undo') return await perform(run, options, given);
  const foreseen = await perform(run, options, { ...given, dry: true });
  return failureOf(run, foreseen.outcome, foreseen.summary) ? foreseen : await perform(run, options, given);
}

interface Performed {
  readonly outcome: RollbackOutcome;
  readonly summary: RollbackSummary;
}

async function perform(run: RunContext, options: RollbackOptions, { journal, dry, targets }: Given): Promise<Performed> {
  const states = [...journal.effects.values()];
  const artifacts = artifactsHere(run);
  const runner = createEffectRunner({
    ...(dry ? { mode: 'dry' } : { mode: 'run', journal: journal as Journal }),
    ...{ phase: 'rollback', signal: run.signal, http: run.http, key: run.key, artifactFile: fileOf(run, artifacts) },
    definitions: run.registries.flatMap(({ provided }) => provided.definition.effects),
    ...(dry === options.dryRun && { on: effectReporter(run, 'rollback') }),
  });
  const request: Omit<RollbackRequest, 'waves'> = {
    ...{ mode: options.mode, journal, dry, signal: run.signal, file: fileOf(run, artifacts), http: run.http, key: run.key },
    on: rollbackReporter(run),
  };
  const job = (target: PublishTarget) => ownJob(run, target, { options, runner, dry });
  const outcome = await rollBack({ ...request, waves: wavesOf(run, options, { targets, job, states }) });
  return { outcome, summary: summaryOf(run, { ...options, dryRun: dry }, { ...outcome, made: runner.effects() }) };
}

/** Those with changes of the release. Every one of them must still be there, where it was, and able to go the way asked for. */
function chosenTargets(
  run: RunContext,
  { registries, mode, changedOptions = false }: RollbackOptions,
  states: readonly EffectState[],
): readonly PublishTarget[] {
  const chosen = withMirrors(run, registries);
  const isChosen = (id: string): boolean => registries.length === 0 || chosen.has(id);
  const targets = publishTargets(run).filter(({ id }) => isChosen(id) && states.some(({ instance }) => instance === id));
  const known = new Set(run.registries.map(({ instance }) => instance.id));
  const stray = registries.find((id) => !known.has(id) && !states.some(({ instance }) => instance === id));
  if (stray !== undefined) throw unknownRegistry(stray, [...known]);
  const stranger = states.find(
    (state) => isOurs(state) && channelIdOf(state.instance) === undefined && !known.has(state.instance) && isChosen(state.instance),
  );
  if (stranger) throw registryGone(stranger.instance, run.plan.release);
  const unable = mode === 'undo' ? [] : targets.filter(({ definition }) => !definition.rollbackModes?.includes(mode));
  if (unable.length > 0)
    throw modeUnsupported(
      mode,
      unable.map(({ id }) => id),
    );
  if (!changedOptions) checkOptions(targets, states, run.product.root);
  return targets;
}

/** A mirror goes back with what it mirrors. */
function withMirrors(run: RunContext, ids: readonly string[]): ReadonlySet<string> {
  const mirrors = run.registries.filter(({ instance }) => ids.includes(instance.id)).flatMap(({ instance }) => instance.mirrors);
  return new Set([...ids, ...mirrors]);
}

interface Planned {
  readonly targets: readonly PublishTarget[];
  readonly job: (target: PublishTarget) => OwnJob;
  readonly states: readonly EffectState[];
}

/** Channels first, which were told last; then the registries in reverse. */
function wavesOf(run: RunContext, { mode, registries }: RollbackOptions, { targets, job, states }: Planned): readonly (readonly RollbackMember[])[] {
  const told = run.channels.map((channel) => channelMember(run, channel)).filter(({ id }) => states.some(({ instance }) => instance === id));
  const channels = mode === 'undo' && registries.length === 0 ? told : [];
  const byId = new Map(targets.map((target) => [target.id, target]));
  const all = publishTargets(run).map(({ skipped: _, ...target }) => target);
  const waves = publishOrder(all).waves.map((ids) =>
    ids.flatMap((id) => byId.get(id) ?? []).map((target) => registryMember(run, target, job(target))),
  );
  return [channels, ...waves.toReversed().map((members) => members.toReversed())];
}

function channelMember(run: RunContext, { instance: { id }, provided, options }: RunContext['channels'][number]): RollbackMember {
  return { id: channelInstance(id), effects: provided.definition.effects, options, log: run.log(id), told: true };
}

function registryMember(run: RunContext, target: PublishTarget, job: OwnJob): RollbackMember {
  const { id, use, definition, options, log } = target;
  const ownWay: RollbackMember['ownWay'] = (more) => run.host.hooks.rollback.call(use, Object.freeze({ ...job, ...more }));
  return { id, effects: definition.effects, options, log, ownWay, stillServed: () => stillServed(run, target) };
}

async function stillServed(run: RunContext, target: PublishTarget): Promise<string | undefined> {
  const { version } = run.plan.release;
  const current = await target.definition.current?.(lookingJob(run, target));
  return current === version ? `"${target.id}" still sends clients to ${version}` : undefined;
}

type OwnJob = Omit<RollbackJob<unknown>, 'journal' | 'undo'>;

interface OwnWay {
  readonly options: RollbackOptions;
  readonly runner: EffectRunner;
  readonly dry: boolean;
}

function ownJob(run: RunContext, target: PublishTarget, { options: { mode, to }, runner, dry }: OwnWay): OwnJob {
  const { release } = run.plan;
  const { id, options, log }: { readonly id: string; readonly options: unknown; readonly log: Log } = target;
  return {
    ...{ release, options, id, signal: run.signal, log, tmp: run.tmp.make, key: run.key, mode, to },
    artifacts: (filter) => run.artifacts.select(filter),
    http: dry ? run.dryHttp : run.http,
    locate: locator(publishTargets(run), release),
    effect: (effect, input) => runner.run(target, effect, input),
  };
}

/** What the output folder still has of the release, for registries that go back by publishing anew. */
function artifactsHere(run: RunContext): readonly Artifact[] {
  const manifest = inspectOutputFolder(run.outputDir);
  const { name, version } = run.plan.release;
  if (manifest?.name !== name || manifest.version !== version) return [];
  const artifacts = publishable(manifest);
  for (const artifact of artifacts) if (!run.artifacts.get(artifact.name)) run.artifacts.add(artifact);
  return artifacts;
}

function fileOf(run: RunContext, artifacts: readonly Artifact[]): RollbackRequest['file'] {
  return artifactFile((name) => artifacts.find((artifact) => artifact.name === name), run.outputDir);
}
