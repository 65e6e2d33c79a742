import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOutput } from '../jobs.ts';
import type { Distribution } from '../model/distribution.ts';
import type { PlannedArtifact, PlannedDistribution } from '../model/plan.ts';
import type { Platform } from '../model/platform.ts';
import { differenceOf } from './artifact-file.ts';
import { atomicWrite } from './atomic-write.ts';
import { buildPlatform } from './build.ts';
import { checkHooks, withStepHooks } from './config-hooks.ts';
import { inConsumingOrder } from './consuming-order.ts';
import { docsPlace } from './docs-place.ts';
import { cleanOutputFolder, openOutputFolder, readManifest } from './output-folder.ts';
import { packageArtifact } from './package.ts';
import { CHECKSUMS_NAME, distributionKey, MANIFEST_NAME, type ResolvedPackage } from './plan.ts';
import { Pool, settleEvery } from './pool.ts';
import { sha256OfBytes } from './recipe.ts';
import { checksumLines, type ManifestArtifact, manifestOf, printManifest, type ReleaseManifest } from './release-manifest.ts';
import { removeAny } from './remove-tree.ts';
import type { RunContext } from './run-context.ts';
import { isSignature } from './sign-plan.ts';
import { sourceFiles } from './source-files.ts';
import { stageOne } from './stage-one.ts';

/** Build, stage and package: from the plan to finished, checksummed artifacts in the output folder. */

export interface ProduceOptions {
  /** Already staged trees to package instead of building and staging. */
  readonly staged?: ReadonlyMap<string, Distribution>;
  /** Remove another version's artifacts from the output folder first. */
  readonly clean: boolean;
}

export async function produce(run: RunContext, options: ProduceOptions): Promise<ReleaseManifest> {
  await checkHooks(run, ['package']);
  const { manifest: earlier } = openOutputFolder(run.outputDir, run.plan.release, { clean: options.clean });
  const planned = new Set(run.plan.artifacts.map((artifact) => artifact.name));
  const others = (earlier?.artifacts ?? [])
    .filter((artifact) => !planned.has(artifact.name) && artifact.name !== CHECKSUMS_NAME && !isSignature(artifact))
    .filter((one) => isThere(run, one));
  for (const artifact of others) run.artifacts.add(artifact);
  const made: ManifestArtifact[] = [];
  const settle = (): void => {
    removeStale(run, earlier, made);
    if (earlier === undefined && made.length === 0) cleanOutputFolder(run.outputDir);
    else writeSummaries(run, [...others, ...made], earlier);
  };
  try {
    const source = asksForSource(run) ? await sourceFiles(run) : undefined;
    const distributions = options.staged ? promised(options.staged) : stageAll(run);
    await packageCells(run, { earlier, made, distributions });
    await packageWide(run, { earlier, made, distributions, source });
  } catch (error) {
    settleFailed(run, settle);
    throw error;
  }
  settle();
  return readManifest(run.outputDir);
}

/** What somebody took out of the folder is no part of the release any more. */
function isThere({ outputDir, report }: RunContext, artifact: ManifestArtifact): boolean {
  const stats = lstatSync(join(outputDir, artifact.name), { throwIfNoEntry: false });
  const difference = stats ? differenceOf(artifact, stats) : 'is gone';
  if (difference !== undefined) report.warn(`"${artifact.name}" of an earlier run ${difference}: it is left out of the release`);
  return difference === undefined;
}

/** What made the run fail is what people must see, also where it keeps the folder from being settled. */
function settleFailed(run: RunContext, settle: () => void): void {
  try {
    settle();
  } catch (error) {
    run.report.warn(`Cannot leave "${run.outputDir}" in order: ${error instanceof Error ? error.message : error}`);
  }
}

interface Making {
  readonly earlier: ReleaseManifest | undefined;
  /** Grows as artifacts are finished; what is in it when another one fails is kept for the next run. */
  readonly made: ManifestArtifact[];
  readonly distributions: ReadonlyMap<string, Promise<Distribution>>;
}

async function packageCells(run: RunContext, { earlier, made, distributions }: Making): Promise<void> {
  const cells = new Pool(run.jobs);
  await settleEvery(
    run.plan.artifacts
      .filter(({ scope }) => scope === 'cell')
      .map(async (planned) => {
        const distribution = await distributionFor(planned, distributions);
        const artifact = await cells.run(() => packageArtifact(run, { planned, distribution, earlier }));
        made.push(artifact);
        run.artifacts.add(artifact);
      }),
  );
}

/** Builds every platform that is staged and stages its variants, platforms side by side within the budget. */
export function stageAll(run: RunContext): ReadonlyMap<string, Promise<Distribution>> {
  if (run.plan.distributions.length === 0) return new Map();
  const builders = new Pool(run.jobs);
  const before = beforeBuild(run);
  const outputs = new Map<Platform, Promise<readonly BuildOutput[]>>();
  for (const platform of stagedPlatforms(run))
    outputs.set(
      platform,
      before.then(() => builders.run(() => buildPlatform(run, platform))),
    );
  const staged = run.plan.distributions.map((planned): [string, Promise<Distribution>] => [
    distributionKey(planned),
    before.then(() => stagePlanned(run, planned, outputs)),
  ]);
  // Every one of these is awaited by whoever packages it; this only keeps a failure from being reported as unhandled before that.
  for (const promise of [...outputs.values(), ...staged.map(([, promise]) => promise)]) promise.catch(() => {});
  return new Map(staged);
}

function stagedPlatforms({ plan }: RunContext): readonly Platform[] {
  return plan.platforms.filter((platform) => plan.distributions.some((distribution) => distribution.platform === platform));
}

async function beforeBuild(run: RunContext): Promise<void> {
  await checkHooks(run, ['beforeBuild', 'build', 'stage']);
  if (!run.selection.runs('beforeBuild') || !run.selection.runs('build')) return;
  const { release, platforms } = run.plan;
  const job = { release, platforms, log: run.log('beforeBuild'), signal: run.signal };
  await withStepHooks(run, 'beforeBuild', () => run.host.hooks.beforeBuild.call(job));
}

async function stagePlanned(
  run: RunContext,
  planned: PlannedDistribution,
  outputs: ReadonlyMap<Platform, Promise<readonly BuildOutput[]>>,
): Promise<Distribution> {
  const built = planned.platform === undefined ? [] : await outputs.get(planned.platform);
  return stageOne(run, planned, built ?? []);
}

function promised(staged: ReadonlyMap<string, Distribution>): ReadonlyMap<string, Promise<Distribution>> {
  return new Map([...staged].map(([key, distribution]) => [key, Promise.resolve(distribution)]));
}

async function distributionFor(planned: PlannedArtifact, distributions: ReadonlyMap<string, Promise<Distribution>>): Promise<Distribution> {
  const distribution = distributions.get(distributionKey(planned));
  if (!distribution) throw new RangeError(`Cannot package ${planned.name}: nothing is staged for ${distributionKey(planned)}`);
  return distribution;
}

interface MakingWide extends Making {
  /** When a format asks for it. */
  readonly source: Distribution | undefined;
}

/** Formats of wider scope are made from finished artifacts: after all cells, those of a platform first, each after what it consumes. */
async function packageWide(run: RunContext, { earlier, made, ...from }: MakingWide): Promise<void> {
  for (const planned of inConsumingOrder(run)) {
    const artifact = await packageArtifact(run, { planned, distribution: await wideDistribution(run, planned, from), earlier });
    made.push(artifact);
    run.artifacts.add(artifact);
  }
}

/** What an artifact of the whole release is made from, by what its format asks for. */
export async function wideDistribution(
  run: RunContext,
  planned: PlannedArtifact,
  { distributions, source }: Pick<MakingWide, 'distributions' | 'source'>,
): Promise<Distribution> {
  const chosen = packageOf(run, planned);
  const { entries } = chosen?.format(undefined)?.definition ?? {};
  if (entries === 'source' && source) return source;
  if (entries === 'docs' && chosen) {
    const place = docsPlace(chosen.instance, run.plan, (candidate) => distributions.has(distributionKey(candidate)));
    return distributionFor({ ...planned, ...place }, distributions);
  }
  return { platform: undefined, variant: undefined, entries: [] };
}

export function asksForSource(run: RunContext): boolean {
  return run.plan.artifacts.some((planned) => packageOf(run, planned)?.format(planned.platform?.os)?.definition.entries === 'source');
}

function packageOf(run: RunContext, planned: PlannedArtifact): ResolvedPackage | undefined {
  return run.packages.find(({ instance }) => instance.id === planned.instance);
}

/** An artifact planned again but not made must not pass for one of this run. */
function removeStale(run: RunContext, earlier: ReleaseManifest | undefined, made: readonly ManifestArtifact[]): void {
  const names = new Set(made.map((artifact) => artifact.name));
  const stale = run.plan.artifacts.filter(({ name }) => !names.has(name) && earlier?.artifacts.some((artifact) => artifact.name === name));
  for (const { name } of stale) removeAny(join(run.outputDir, name));
}

/** `checksums.sha256` and `release.json`, from digests already known: nothing is read again. */
function writeSummaries(run: RunContext, artifacts: readonly ManifestArtifact[], earlier: ReleaseManifest | undefined): void {
  const text = checksumLines(artifacts);
  const all = [...artifacts, checksumsArtifact(text)];
  const manifest = manifestOf(run.plan.release, [...all, ...lastingSignatures(run, earlier, all)]);
  atomicWrite(join(run.outputDir, CHECKSUMS_NAME), text);
  atomicWrite(join(run.outputDir, MANIFEST_NAME), printManifest(manifest));
}

/** Those of an earlier run that are still about the same bytes; the others are removed. */
function lastingSignatures(
  run: RunContext,
  earlier: ReleaseManifest | undefined,
  artifacts: readonly ManifestArtifact[],
): readonly ManifestArtifact[] {
  const before = new Map(earlier?.artifacts.map(({ name, sha256 }) => [name, sha256]));
  const now = new Map(artifacts.map(({ name, sha256 }) => [name, sha256]));
  const lasts = (signature: ManifestArtifact): boolean => {
    const { subject = '' } = signature;
    return now.has(subject) && now.get(subject) === before.get(subject) && isThere(run, signature);
  };
  const signatures = (earlier?.artifacts ?? []).filter((artifact) => isSignature(artifact) && !now.has(artifact.name));
  const lasting = signatures.filter(lasts);
  for (const signature of signatures) if (!lasting.includes(signature)) removeAny(join(run.outputDir, signature.name));
  return lasting;
}

function checksumsArtifact(text: string): ManifestArtifact {
  const sha256 = sha256OfBytes(text);
  return { name: CHECKSUMS_NAME, kind: 'checksums', type: 'file', scope: 'release', size: Buffer.byteLength(text), sha256, digests: { sha256 } };
}
