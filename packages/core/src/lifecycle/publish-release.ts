import { DistError, throwCollected } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Finding } from '../model/finding.ts';
import type { Release } from '../model/release.ts';
import { artifactFile } from './artifact-file.ts';
import { listHooks, withStepHooks } from './config-hooks.ts';
import type { EffectSummary } from './effect-change.ts';
import { createEffectRunner, type EffectEvent, type EffectRunner, type EffectRunnerOptions } from './effects.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import type { Journal } from './journal.ts';
import { closeRun, openReleaseJournal } from './journal-open.ts';
import { readJournal } from './journal-read.ts';
import { isAnnounced, isStanding } from './journal-summary.ts';
import { checkedManifest } from './made-artifacts.ts';
import { type NotifySummary, notifyRelease } from './notify-release.ts';
import { preflight } from './preflight.ts';
import { type PublishOutcome, type PublishRequest, type PublishTarget, publishAll, type RegistryOutcome } from './publish.ts';
import { unsignedArtifact } from './publish-errors.ts';
import { publishTargets } from './publish-targets.ts';
import { recordTargets, writeRecords } from './record.ts';
import { publishable } from './release-artifacts.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';
import { keysLeftOut, leftUnsigned, missingSignatures } from './sign-check.ts';

/** Publishes the artifacts of the output folder. */

export interface PublishReleaseOptions extends GuardOptions {
  readonly dryRun: boolean;
  /** Makes no visible change. */
  readonly draft?: boolean;
}

export interface PublishSummary {
  readonly name: string;
  readonly version: string;
  readonly dryRun: boolean;
  readonly artifacts: readonly Artifact[];
  readonly registries: readonly (Omit<RegistryOutcome, 'error'> & { readonly error?: string })[];
  readonly effects: readonly (Omit<EffectSummary, 'error'> & { readonly error?: string })[];
  /** Keys under `sign:` that flags left out, and whose signatures are not published. */
  readonly unsigned?: readonly string[];
  /** Who was told, by commands that tell. */
  readonly notify?: NotifySummary;
}

export async function publishRelease(run: RunContext, options: PublishReleaseOptions): Promise<PublishSummary> {
  const { draft = false } = options;
  if (options.dryRun) return publishFolder(run, (made, artifacts) => publishDry(made, artifacts, { draft }));
  return guarded(run, 'publish', options, () => publishFolder(run, (made, artifacts) => publishMade(made, artifacts, { draft })));
}

type PublishArtifacts = (run: RunContext, artifacts: readonly Artifact[]) => Promise<PublishSummary>;

async function publishFolder(run: RunContext, publish: PublishArtifacts): Promise<PublishSummary> {
  const manifest = await checkedManifest(run);
  const made = asMade(run, manifest);
  await refuseUnsigned(made, manifest);
  return publish(made, publishable(manifest));
}

/** The release with the facts its artifacts were made by: the work tree may have gone on to another commit. */
export function asMade(run: RunContext, { schema: _, artifacts: __, ...release }: ReleaseManifest): RunContext {
  return { ...run, plan: { ...run.plan, release: { ...release, product: run.plan.release.product } } };
}

/** What `sign:` asks for is there, or flags left it out. */
export async function refuseUnsigned(run: RunContext, manifest: ReleaseManifest): Promise<void> {
  const { report } = run;
  const findings = await missingSignatures(run, manifest);
  for (const finding of findings) if (finding.level !== 'error') report.finding(finding);
  throwCollected(findings.filter(({ level }) => level === 'error').map(unsignedArtifact));
}

export interface PublishMadeOptions {
  readonly draft?: boolean;
  /** Tells the channels when everything is public. */
  readonly announce?: boolean;
  /** By an earlier look ahead of the same command. */
  readonly told?: readonly Finding[];
}

/** The real thing; the artifacts are known to be as the manifest says. */
export async function publishMade(run: RunContext, artifacts: readonly Artifact[], options: PublishMadeOptions = {}): Promise<PublishSummary> {
  const keepers = publishes(run) ? recordTargets(run) : [];
  offer(run, artifacts);
  await preflight(run, { builders: false, registries: true, ...(options.told && { told: options.told }) });
  const journal = await openReleaseJournal(run, keepers);
  const begun = journal.count();
  const close = (outcome: 'ok' | 'failed') => {
    const isWorthKeeping = outcome === 'ok' || isPublic(journal) || (journal.count() > begun && hasChanges(journal));
    return closeRun(run, journal, { begun, command: 'publish', outcome, keepers: isWorthKeeping ? keepers : [] });
  };
  try {
    const tell = options.announce === true && options.draft !== true && isTold(run);
    if (tell) await noteStart(run, journal);
    const summary = await withStepHooks(run, 'publish', () => publishNow(run, artifacts, { journal, begun, keepers, options }), {
      isPublic: isPublic(journal),
    });
    const notify = tell ? await tellPublished(run, journal) : undefined;
    await close(isComplete(summary) ? 'ok' : 'failed');
    return { ...summary, ...(notify && { notify }) };
  } catch (error) {
    await close('failed');
    throw error;
  } finally {
    await journal.close();
  }
}

interface Publishing {
  readonly journal: Journal;
  readonly begun: number;
  readonly keepers: readonly PublishTarget[];
  readonly options: PublishMadeOptions;
}

async function publishNow(
  run: RunContext,
  artifacts: readonly Artifact[],
  { journal, begun, keepers, options }: Publishing,
): Promise<PublishSummary> {
  const beforeVisible = keeper(run, keepers, { journal, begun });
  tellUnsigned(run, artifacts);
  const { outcome, summary } = await publishWith(run, artifacts, { mode: 'run', journal, beforeVisible, draft: options.draft === true });
  if (outcome.failure) throw withData(outcome, summary);
  return summary;
}

/** Whether it changes anything outside: whoever leaves out every registry need not reach the one that keeps the journal. */
function publishes({ plan }: RunContext): boolean {
  return plan.publish.some(({ skipped }) => skipped === undefined);
}

/** A draft is not published: a later run goes on. */
function isComplete({ registries }: PublishSummary): boolean {
  return registries.every(({ state }) => state !== 'held');
}

function isPublic({ effects }: Journal): boolean {
  return [...effects.values()].some((state) => state.visible && isStanding(state));
}

/** Also hidden ones: who takes over must know whose they are. */
function hasChanges({ effects }: Journal): boolean {
  return [...effects.values()].some(isStanding);
}

/** Snapshots are announced to nobody. */
function isTold({ plan, selection, channels }: RunContext): boolean {
  return !plan.release.snapshot && selection.runs('notify') && channels.length > 0;
}

/** So that whoever goes on after a crash knows that people wait for the news. */
async function noteStart(run: RunContext, journal: Journal): Promise<void> {
  const { records } = await readJournal(run.stateDir);
  if (!isAnnounced(records)) await journal.append({ type: 'start', id: 'run', at: new Date().toISOString(), announce: true });
}

async function tellPublished(run: RunContext, journal: Journal): Promise<NotifySummary> {
  return withStepHooks(run, 'notify', () => notifyRelease(run, { journal }), { isPublic: true });
}

/**
 * Stores the journal before anything of a wave is public, unless nothing was done since it was stored. Not yet in registries whose wave comes
 * later: they may have no place for it before.
 */
function keeper(
  run: RunContext,
  keepers: readonly PublishTarget[],
  { journal, begun }: { readonly journal: Journal; readonly begun: number },
): (ids: readonly string[]) => Promise<void> {
  return async (ids) => {
    const those = keepers.filter(({ id, skipped }) => skipped !== undefined || ids.includes(id));
    if (journal.count() > begun) await writeRecords(run, those);
  };
}

/** Lists every effect without probing, journaling or changing anything. */
export async function publishDry(
  run: RunContext,
  artifacts: readonly Artifact[],
  { draft = false }: PublishMadeOptions = {},
): Promise<PublishSummary> {
  offer(run, artifacts);
  listHooks(run, ['publish']);
  tellUnsigned(run, artifacts);
  const { outcome, summary } = await publishWith(run, artifacts, { mode: 'dry', draft });
  if (outcome.failure) throw outcome.failure;
  return summary;
}

function tellUnsigned(run: RunContext, artifacts: readonly Artifact[]): void {
  if (!publishes(run)) return;
  for (const finding of leftUnsigned(keysLeftOut(run, artifacts), run.plan.release)) run.report.finding(finding);
}

/** Makes known to registries what this run has not made itself. */
function offer(run: RunContext, artifacts: readonly Artifact[]): void {
  for (const artifact of artifacts) if (!run.artifacts.get(artifact.name)) run.artifacts.add(artifact);
}

type Mode = Pick<EffectRunnerOptions, 'mode' | 'journal'> & Pick<PublishRequest, 'beforeVisible' | 'draft'>;

async function publishWith(
  run: RunContext,
  artifacts: readonly Artifact[],
  { beforeVisible, draft = false, ...mode }: Mode,
): Promise<{ readonly outcome: PublishOutcome; readonly summary: PublishSummary }> {
  const targets = publishTargets(run);
  const byName = new Map(artifacts.map((artifact) => [artifact.name, artifact]));
  const runner: EffectRunner = createEffectRunner({
    ...mode,
    signal: run.signal,
    definitions: run.registries.flatMap(({ provided }) => provided.definition.effects),
    http: run.http,
    key: run.key,
    artifactFile: artifactFile((name) => byName.get(name), run.outputDir),
    on: effectReporter(run, 'publish'),
  });
  const { release } = run.plan;
  const outcome = await publishAll({
    targets,
    release,
    artifacts: (filter) => run.artifacts.select(filter),
    runner,
    signal: run.signal,
    tmp: run.tmp.make,
    http: mode.mode === 'dry' ? run.dryHttp : run.http,
    key: run.key,
    draft,
    ...(beforeVisible && { beforeVisible }),
    call: async (target, job) => {
      await run.host.hooks.publish.call(target.use, job);
    },
  });
  const unsigned = publishes(run) ? keysLeftOut(run, artifacts) : [];
  const summary = summaryOf(release, mode.mode === 'dry', artifacts, outcome);
  return { outcome, summary: { ...summary, ...(unsigned.length > 0 && { unsigned }) } };
}

export function effectReporter(run: RunContext, step: 'publish' | 'rollback'): (event: EffectEvent) => void {
  const tasks = new Map<string, ReturnType<RunContext['report']['task']>>();
  const taskOf = ({ id, description, instance }: EffectSummary) => {
    const task = tasks.get(id) ?? run.report.task({ id, step, title: `${instance}: ${description}` });
    tasks.set(id, task);
    return task;
  };
  return (event) => {
    const task = taskOf(event.effect);
    if (event.type === 'retry') task.note(`again in ${event.retry.delay} ms: ${reasonOf(event.retry.error)}`);
    else if (event.type === 'end') event.effect.error ? task.fail(event.effect.error) : task.done(event.effect.state);
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function summaryOf(release: Release, dryRun: boolean, artifacts: readonly Artifact[], outcome: PublishOutcome): PublishSummary {
  return {
    name: release.name,
    version: release.version,
    dryRun,
    artifacts,
    registries: outcome.registries.map(({ error, ...rest }) => ({ ...rest, ...(error && { error: error.message }) })),
    effects: outcome.effects.map(({ error, ...rest }) => ({ ...rest, ...(error && { error: error.message }) })),
  };
}

/** The failure with the state of every effect, for run.json and `--json`. */
function withData({ failure, errors }: PublishOutcome, { registries, effects, unsigned }: PublishSummary): DistError {
  if (!failure) throw new RangeError('Cannot explain a failure that did not happen');
  const { code, message, exit, hint } = failure;
  return new DistError(code, [message, ...errors.map((error) => error.message)].join('\n'), {
    exit,
    ...(hint === undefined ? {} : { hint }),
    cause: errors[0],
    data: { registries, effects, ...(unsigned && { unsigned }) },
  });
}
