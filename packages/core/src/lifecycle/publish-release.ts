import { DistError } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import { artifactFile } from './artifact-file.ts';
import type { EffectSummary } from './effect-change.ts';
import { createEffectRunner, type EffectEvent, type EffectRunner, type EffectRunnerOptions } from './effects.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import type { Journal } from './journal.ts';
import { closeRun, openReleaseJournal } from './journal-open.ts';
import { checkedManifest } from './made-artifacts.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME } from './plan.ts';
import { preflight } from './preflight.ts';
import { type PublishOutcome, type PublishRequest, type PublishTarget, publishAll, type RegistryOutcome } from './publish.ts';
import { publishTargets } from './publish-targets.ts';
import { sha256OfBytes } from './recipe.ts';
import { recordTargets, writeRecords } from './record.ts';
import { printManifest, type ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';

/** Publishes the artifacts of the output folder. */

export interface PublishReleaseOptions extends GuardOptions {
  readonly dryRun: boolean;
}

export interface PublishSummary {
  readonly name: string;
  readonly version: string;
  readonly dryRun: boolean;
  readonly artifacts: readonly Artifact[];
  readonly registries: readonly (Omit<RegistryOutcome, 'error'> & { readonly error?: string })[];
  readonly effects: readonly (Omit<EffectSummary, 'error'> & { readonly error?: string })[];
}

export async function publishRelease(run: RunContext, options: PublishReleaseOptions): Promise<PublishSummary> {
  if (options.dryRun) return publishFolder(run, publishDry);
  return guarded(run, 'publish', options, () => publishFolder(run, publishMade));
}

type PublishArtifacts = (run: RunContext, artifacts: readonly Artifact[]) => Promise<PublishSummary>;

async function publishFolder(run: RunContext, publish: PublishArtifacts): Promise<PublishSummary> {
  const manifest = await checkedManifest(run);
  return publish(asMade(run, manifest), publishable(manifest));
}

/** The release with the facts its artifacts were made by: the work tree may have gone on to another commit. */
export function asMade(run: RunContext, { schema: _, artifacts: __, ...release }: ReleaseManifest): RunContext {
  return { ...run, plan: { ...run.plan, release: { ...release, product: run.plan.release.product } } };
}

/** The real thing; the artifacts are known to be as the manifest says. */
export async function publishMade(run: RunContext, artifacts: readonly Artifact[]): Promise<PublishSummary> {
  const keepers = recordTargets(run).filter(({ skipped }) => skipped === undefined);
  offer(run, artifacts);
  await preflight(run, { builders: false, registries: true });
  const journal = await openReleaseJournal(run, keepers);
  try {
    const begun = journal.count();
    const { outcome, summary } = await publishWith(run, artifacts, { mode: 'run', journal, beforeVisible: keeper(run, keepers, { journal, begun }) });
    const isWorthKeeping = !outcome.failure || outcome.public.length > 0;
    await closeRun(run, journal, {
      ...{ begun, command: 'publish', outcome: outcome.failure ? 'failed' : 'ok' },
      keepers: isWorthKeeping ? keepers : [],
    });
    if (outcome.failure) throw withData(outcome, summary);
    return summary;
  } finally {
    await journal.close();
  }
}

/** Stores the journal before anything of a wave is public, unless nothing was done since it was stored. */
function keeper(
  run: RunContext,
  keepers: readonly PublishTarget[],
  { journal, begun }: { readonly journal: Journal; readonly begun: number },
): (ids: readonly string[]) => Promise<void> {
  return async (ids) => {
    const those = keepers.filter(({ id }) => ids.includes(id));
    if (journal.count() > begun) await writeRecords(run, those);
  };
}

/** Lists every effect without probing, journaling or changing anything. */
export async function publishDry(run: RunContext, artifacts: readonly Artifact[]): Promise<PublishSummary> {
  offer(run, artifacts);
  const { outcome, summary } = await publishWith(run, artifacts, { mode: 'dry' });
  if (outcome.failure) throw outcome.failure;
  return summary;
}

/** Makes known to registries what this run has not made itself. */
function offer(run: RunContext, artifacts: readonly Artifact[]): void {
  for (const artifact of artifacts) if (!run.artifacts.get(artifact.name)) run.artifacts.add(artifact);
}

type Mode = Pick<EffectRunnerOptions, 'mode' | 'journal'> & Pick<PublishRequest, 'beforeVisible'>;

async function publishWith(
  run: RunContext,
  artifacts: readonly Artifact[],
  { beforeVisible, ...mode }: Mode,
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
    ...(beforeVisible && { beforeVisible }),
    call: async (target, job) => {
      await run.host.hooks.publish.call(target.use, job);
    },
  });
  return { outcome, summary: summaryOf(release, mode.mode === 'dry', artifacts, outcome) };
}

/** Artifacts as `publish` hands them on: everything in the manifest, and the manifest itself. */
export function publishable(manifest: ReleaseManifest): readonly Artifact[] {
  return [...manifest.artifacts, manifestArtifact(manifest)];
}

function manifestArtifact(manifest: ReleaseManifest): Artifact {
  const text = printManifest(manifest);
  const sha256 = sha256OfBytes(text);
  return { name: MANIFEST_NAME, kind: 'manifest', type: 'file', scope: 'release', size: Buffer.byteLength(text), sha256, digests: { sha256 } };
}

/** For dry runs before anything is made: the planned names, without sizes and digests. */
export function placeholders(run: RunContext): readonly Artifact[] {
  const empty = { size: 0, sha256: sha256OfBytes(''), digests: {} };
  const planned = run.plan.artifacts.map(({ name, kind, scope, format, instance, platform, variant }): Artifact => {
    const place = scope === 'release' ? {} : { platform: platform?.name ?? 'any' };
    return { name, kind, type: 'file', scope, format, instance, ...place, ...(variant === undefined ? {} : { variant }), ...empty };
  });
  const own = (name: string, kind: 'checksums' | 'manifest'): Artifact => ({ name, kind, type: 'file', scope: 'release', ...empty });
  return [...planned, own(CHECKSUMS_NAME, 'checksums'), own(MANIFEST_NAME, 'manifest')];
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
function withData({ failure, errors }: PublishOutcome, { registries, effects }: PublishSummary): DistError {
  if (!failure) throw new RangeError('Cannot explain a failure that did not happen');
  const { code, message, exit, hint } = failure;
  return new DistError(code, [message, ...errors.map((error) => error.message)].join('\n'), {
    exit,
    ...(hint === undefined ? {} : { hint }),
    cause: errors[0],
    data: { registries, effects },
  });
}
