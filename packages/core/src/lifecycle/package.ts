import { join } from 'node:path';
import type { Digest, Needs } from '@provisioning-dist/payload';
import { DistError } from '../errors.ts';
import type { FormatJob } from '../jobs.ts';
import type { Artifact } from '../model/artifact.ts';
import { filterArtifacts } from '../model/artifact-set.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import { formatBytes } from '../report/terminal.ts';
import { chosenEntries } from './chosen-entries.ts';
import { withStepHooks } from './config-hooks.ts';
import { namedKeys } from './keys.ts';
import { writeLayout } from './layout.ts';
import { refusePrograms } from './noarch.ts';
import { writeParts } from './output.ts';
import { contentProblem } from './output-errors.ts';
import { cellOf, type ResolvedFormat } from './plan.ts';
import { isAbort } from './pool.ts';
import { recipeOf, unchangedArtifact } from './recipe.ts';
import type { ManifestArtifact, ReleaseManifest } from './release-manifest.ts';
import { removeAny } from './remove-tree.ts';
import type { RunContext } from './run-context.ts';
import { chosenServices, serviceFacts, serviceFiles } from './services.ts';

/** Makes one planned artifact out of its distribution. */

export interface PackageInput {
  readonly planned: PlannedArtifact;
  /** Empty for formats of scope `release` that ask for no entries. */
  readonly distribution: Distribution;
  /** What an earlier run of the same release left in the output folder. */
  readonly earlier: ReleaseManifest | undefined;
}

export async function packageArtifact(run: RunContext, input: PackageInput): Promise<ManifestArtifact> {
  const { planned } = input;
  const { platform, variant } = planned;
  let made: ManifestArtifact | undefined;
  const make = async (): Promise<ManifestArtifact> => {
    made = await packageOne(run, input);
    return made;
  };
  try {
    return await withStepHooks(run, 'package', make, { platform, variant, artifact: planned });
  } catch (error) {
    // what a hook after it refuses is no part of the release
    if (made) removeAny(join(run.outputDir, planned.name));
    throw error;
  }
}

async function packageOne(run: RunContext, input: PackageInput): Promise<ManifestArtifact> {
  const { planned } = input;
  const task = run.report.task({
    id: `package ${planned.name}`,
    step: 'package',
    title: planned.name,
    format: planned.format,
    ...(planned.platform === undefined ? {} : { platform: planned.platform.name }),
    ...(planned.variant === undefined ? {} : { variant: planned.variant }),
  });
  try {
    const { artifact, reused } = await makeArtifact(run, input);
    task.done(reused ? 'unchanged' : formatBytes(artifact.size));
    return artifact;
  } catch (error) {
    const problem = packagingProblem(planned, error);
    task.fail(problem);
    throw problem;
  }
}

/** A writer runs while its parts are written, outside of the hook that would say whose it is. */
function packagingProblem({ name, format }: PlannedArtifact, cause: unknown): unknown {
  const error = contentProblem(cause);
  if (error instanceof DistError || isAbort(error) || (error instanceof Error && 'syscall' in error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new DistError('package-failed', `Cannot package "${name}" as ${format}: ${text}`, { where: { subject: name }, cause });
}

async function makeArtifact(run: RunContext, input: PackageInput): Promise<{ readonly artifact: ManifestArtifact; readonly reused: boolean }> {
  const { planned, distribution } = input;
  const format = formatOf(run, planned);
  const entries = chosenEntries(run, planned, format, distribution);
  if (entries.length === 0 && (planned.scope === 'cell' || format.definition.entries !== undefined)) throw nothingInside(planned);
  if (planned.scope === 'cell' && planned.platform === undefined) refusePrograms(planned, entries);
  const store = await run.store();
  const needs = needsOf(format);
  const before = input.earlier?.artifacts.find((artifact) => artifact.name === planned.name);
  const recipe = async (): Promise<string> => {
    await store.prepare(entries, { digests: ['sha256'], segments: 'each' }, { signal: run.signal });
    const keys = await namedKeys(run, format.options);
    const services = serviceFacts(run, chosenServices(run, planned, format), format);
    return recipeOf({ run, planned, format, entries, consumed: consumedBy(run, format), codec: needs.codec ?? 'none', keys, services, store });
  };
  // Hashing first lets an unchanged artifact be kept without compressing anything; a fresh one is hashed by the read that packages it.
  const kept = before && (await unchangedArtifact(before, await recipe(), join(run.outputDir, planned.name)));
  if (kept) return { artifact: kept, reused: true };
  await store.prepare(entries, needs, { signal: run.signal });
  const made = await write(run, input, format, entries);
  return { artifact: Object.freeze({ ...made, recipe: await recipe() }), reused: false };
}

/** What a format may see of the artifacts: those it says it consumes. Whatever else happens to be finished would make it depend on chance. */
function consumedBy(run: RunContext, { definition: { consumes } }: ResolvedFormat): readonly Artifact[] {
  return consumes === undefined ? [] : run.artifacts.select(consumes);
}

export function formatOf(run: Pick<RunContext, 'packages'>, planned: PlannedArtifact): ResolvedFormat {
  const format = run.packages.find((candidate) => candidate.instance.id === planned.instance)?.format(planned.platform?.os);
  if (!format) throw new RangeError(`Cannot find the format of ${planned.name}: the plan is another product's`);
  return format;
}

function needsOf({ definition, options }: ResolvedFormat): Needs {
  return typeof definition.needs === 'function' ? definition.needs(options) : (definition.needs ?? {});
}

async function write(run: RunContext, input: PackageInput, format: ResolvedFormat, entries: readonly Entry[]): Promise<Artifact> {
  const { planned } = input;
  const answer = await run.host.hooks.package.call(planned.format, await formatJob(run, input, format, entries));
  if (!answer) throw new DistError('not-packaged', `Cannot package "${planned.name}": no plugin answered for format "${planned.format}"`);
  const common = {
    name: planned.name,
    kind: planned.kind,
    scope: planned.scope,
    format: planned.format,
    instance: planned.instance,
    ...(planned.scope === 'release' ? {} : { platform: planned.platform?.name ?? 'any' }),
    ...(planned.variant === undefined ? {} : { variant: planned.variant }),
  };
  const path = join(run.outputDir, planned.name);
  if ('members' in answer)
    return { ...common, type: 'layout', ...(await writeLayout(answer.members, { path, store: await run.store(), signal: run.signal })) };
  const digests: readonly Digest[] = format.definition.artifactDigests ?? [];
  const written = await writeParts(answer.parts, { path, store: await run.store(), digests, signal: run.signal });
  return { ...common, type: 'file', size: written.size, sha256: written.digests.sha256, digests: written.digests };
}

async function formatJob(run: RunContext, input: PackageInput, format: ResolvedFormat, entries: readonly Entry[]): Promise<FormatJob<unknown>> {
  const { planned, distribution } = input;
  return Object.freeze({
    release: run.plan.release,
    options: format.options,
    id: planned.instance,
    signal: run.signal,
    log: run.log(planned.instance),
    tmp: run.tmp.make,
    artifacts: (filter) => filterArtifacts(consumedBy(run, format), filter),
    cell: cellOf(run.product, planned),
    entries,
    content: await run.store(),
    date: run.plan.release.date,
    fileName: planned.name,
    services: serviceFiles(run, { planned, format, distribution }),
    key: run.key,
  });
}

function nothingInside(planned: PlannedArtifact): DistError {
  const of = planned.components === undefined ? '' : ` of components ${planned.components.join(', ')}`;
  return new DistError('nothing-inside', `Cannot package "${planned.name}": the distribution has no entries${of}`, {
    hint: 'see what the rules give with "provisioning-dist stage"',
  });
}
