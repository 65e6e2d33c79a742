import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, EXIT, throwCollected } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import { differenceOf } from './artifact-file.ts';
import { layoutDigest } from './layout-digest.ts';
import { readManifest } from './output-folder.ts';
import { MANIFEST_NAME } from './plan.ts';
import { settleAll } from './pool.ts';
import { sha256OfFile } from './recipe.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import type { RunContext } from './run-context.ts';

/** Artifacts somebody made earlier, or elsewhere: what release.json says is believed only as far as the files bear it out. */

/** The manifest of the output folder. All that is planned must be in it, and every file must be what it says. */
export async function checkedManifest(run: RunContext): Promise<ReleaseManifest> {
  const manifest = readManifest(run.outputDir);
  const { release } = run.plan;
  if (manifest.name !== release.name || manifest.version !== release.version) throw otherManifest(run.outputDir, manifest, release);
  const names = new Set(manifest.artifacts.map(({ name }) => name));
  throwCollected(run.plan.artifacts.filter(({ name }) => !names.has(name)).map(({ name }) => notMade(name, run.outputDir)));
  await checkArtifacts(run, manifest.artifacts);
  return manifest;
}

/** Throws every artifact that is gone or changed, together. */
export async function checkArtifacts({ outputDir, signal }: Pick<RunContext, 'outputDir' | 'signal'>, artifacts: readonly Artifact[]): Promise<void> {
  const problems = await settleAll(artifacts.map((artifact) => problemOf(artifact, outputDir, signal)));
  throwCollected(problems.filter((problem) => problem !== undefined));
}

async function problemOf(artifact: Artifact, folder: string, signal: AbortSignal): Promise<DistError | undefined> {
  const path = join(folder, artifact.name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return notMade(artifact.name, folder);
  const difference = differenceOf(artifact, stats);
  if (difference !== undefined) return changed(path, `it ${difference}`);
  const sha256 = artifact.type === 'layout' ? await layoutDigest(path, signal) : await sha256OfFile(path, signal);
  return sha256 === artifact.sha256 ? undefined : changed(path, `its sha256 is ${sha256}, ${MANIFEST_NAME} says ${artifact.sha256}`);
}

function changed(path: string, state: string): DistError {
  return new DistError('artifact-changed', `Cannot publish "${path}": ${state}`, { exit: EXIT.preflight, hint: 'package the release again' });
}

function otherManifest(folder: string, found: ReleaseManifest, release: Release): DistError {
  return new DistError(
    'other-release',
    `Cannot publish ${release.name} ${release.version} from "${folder}": it holds ${found.name} ${found.version}`,
    {
      exit: EXIT.preflight,
      hint: `package it first, or publish the other one with --version ${found.version}`,
    },
  );
}

function notMade(name: string, folder: string): DistError {
  return new DistError('artifact-missing', `Cannot publish "${name}": it is not in "${folder}"`, {
    exit: EXIT.preflight,
    hint: 'run "provisioning-dist package" first',
  });
}
