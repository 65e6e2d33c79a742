import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest, Needs } from '@provisioning-dist/payload';
import { DistError } from '../errors.ts';
import type { FormatJob, LayoutMember } from '../jobs.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import { destinationProblem } from '../model/path-rules.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import { formatBytes } from '../report/terminal.ts';
import { chosenEntries } from './chosen-entries.ts';
import { writeParts } from './output.ts';
import { contentProblem } from './output-errors.ts';
import { cellOf, type ResolvedFormat } from './plan.ts';
import { recipeOf, unchangedArtifact } from './recipe.ts';
import type { ManifestArtifact, ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';

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
    const problem = contentProblem(error);
    task.fail(problem);
    throw problem;
  }
}

async function makeArtifact(run: RunContext, input: PackageInput): Promise<{ readonly artifact: ManifestArtifact; readonly reused: boolean }> {
  const { planned, distribution } = input;
  const format = formatOf(run, planned);
  const entries = chosenEntries(run, planned, format, distribution);
  if (entries.length === 0 && (planned.scope !== 'release' || format.definition.entries !== undefined)) throw nothingInside(planned);
  const store = await run.store();
  const needs = needsOf(format);
  const before = input.earlier?.artifacts.find((artifact) => artifact.name === planned.name);
  // Hashing first lets an unchanged artifact be kept without compressing anything; a fresh one hashes and compresses in the same read.
  await store.prepare(entries, before === undefined ? needs : { digests: needs.digests ?? [], segments: 'each' }, { signal: run.signal });
  const recipe = recipeOf({ run, planned, format, entries, codec: needs.codec ?? 'none', store });
  const kept = before && (await unchangedArtifact(before, recipe, join(run.outputDir, planned.name)));
  if (kept) return { artifact: kept, reused: true };
  if (before !== undefined) await store.prepare(entries, needs, { signal: run.signal });
  return { artifact: Object.freeze({ ...(await write(run, planned, format, entries)), recipe }), reused: false };
}

export function formatOf(run: RunContext, planned: PlannedArtifact): ResolvedFormat {
  const format = run.packages.find((candidate) => candidate.instance.id === planned.instance)?.format(planned.platform?.os);
  if (!format) throw new RangeError(`Cannot find the format of ${planned.name}: the plan is another product's`);
  return format;
}

/** sha256 of every entry is always made: recipe and manifest need it. */
function needsOf({ definition, options }: ResolvedFormat): Needs {
  const needs = typeof definition.needs === 'function' ? definition.needs(options) : (definition.needs ?? {});
  return { ...needs, digests: [...new Set<Digest>(['sha256', ...(needs.digests ?? [])])] };
}

async function write(run: RunContext, planned: PlannedArtifact, format: ResolvedFormat, entries: readonly Entry[]): Promise<Artifact> {
  const answer = await run.host.hooks.package.call(planned.format, await formatJob(run, planned, format, entries));
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
  if ('members' in answer) return { ...common, type: 'layout', ...(await writeLayout(run, path, answer.members)) };
  const digests: readonly Digest[] = format.definition.artifactDigests ?? [];
  const written = await writeParts(answer.parts, { path, store: await run.store(), digests, signal: run.signal });
  return { ...common, type: 'file', size: written.size, sha256: written.digests.sha256, digests: written.digests };
}

async function formatJob(run: RunContext, planned: PlannedArtifact, format: ResolvedFormat, entries: readonly Entry[]): Promise<FormatJob<unknown>> {
  return Object.freeze({
    release: run.plan.release,
    options: format.options,
    id: planned.instance,
    signal: run.signal,
    log: run.log(planned.instance),
    tmp: run.tmp.make,
    artifacts: (filter) => run.artifacts.select(filter),
    cell: cellOf(run.product, planned),
    entries,
    content: await run.store(),
    date: run.plan.release.date,
    fileName: planned.name,
  });
}

/** Writes a directory tree beside its final name and moves it there whole; its digest is the one of its `sha256sum` listing. */
async function writeLayout(run: RunContext, path: string, members: Iterable<LayoutMember>): Promise<Pick<Artifact, 'size' | 'sha256' | 'digests'>> {
  const temporary = `${path}.tmp-${process.pid}`;
  const lines: string[] = [];
  let size = 0;
  try {
    mkdirSync(temporary, { mode: 0o755 });
    for (const member of members) {
      const target = join(temporary, checkedPath(member.path, path));
      if (member.type === 'directory') mkdirSync(target, { recursive: true, mode: member.mode });
      else if (member.type === 'symlink') symlinkSync(member.target, target);
      else {
        const written = await writeParts(member.parts, { path: target, store: await run.store(), mode: member.mode, signal: run.signal });
        size += written.size;
        lines.push(`${written.digests.sha256}  ${member.path}\n`);
      }
    }
    rmSync(path, { recursive: true, force: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  const sha256 = createHash('sha256').update(lines.toSorted().join('')).digest('hex');
  return { size, sha256, digests: { sha256 } };
}

function checkedPath(member: string, layout: string): string {
  const problem = destinationProblem(member);
  if (problem !== undefined) throw new DistError('layout-path', `Cannot write "${member}" into "${layout}": ${problem}`);
  return member;
}

function nothingInside(planned: PlannedArtifact): DistError {
  const of = planned.components === undefined ? '' : ` of components ${planned.components.join(', ')}`;
  return new DistError('nothing-inside', `Cannot package "${planned.name}": the distribution has no entries${of}`, {
    hint: 'see what the rules give with "provisioning-dist stage"',
  });
}
