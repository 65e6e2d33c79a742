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
  const manifest = manifestOfRelease(run, 'publish');
  const names = new Set(manifest.artifacts.map(({ name }) => name));
  throwCollected(run.plan.artifacts.filter(({ name }) => !names.has(name)).map(({ name }) => notMade(name, run.outputDir, 'publish')));
  await checkArtifacts(run, manifest.artifacts);
  return manifest;
}

/** What is there is signed, be it all that is planned or a part. Signatures may be gone or wrong: that is what is about to be mended. */
export async function manifestToSign(run: RunContext): Promise<ReleaseManifest> {
  const manifest = manifestOfRelease(run, 'sign');
  const artifacts = manifest.artifacts.filter(({ kind }) => kind !== 'signature');
  await checkArtifacts(run, artifacts, 'sign');
  return manifest;
}

type Action = 'publish' | 'sign';

function manifestOfRelease({ outputDir, plan: { release } }: RunContext, action: Action): ReleaseManifest {
  const manifest = readManifest(outputDir);
  if (manifest.name !== release.name || manifest.version !== release.version) throw otherManifest(outputDir, manifest, { release, action });
  return manifest;
}

/** Throws every artifact that is gone or changed, together. */
export async function checkArtifacts(
  { outputDir, signal }: Pick<RunContext, 'outputDir' | 'signal'>,
  artifacts: readonly Artifact[],
  action: Action = 'publish',
): Promise<void> {
  const problems = await settleAll(artifacts.map((artifact) => problemOf(artifact, { outputDir, signal, action })));
  throwCollected(problems.filter((problem) => problem !== undefined));
}

interface Looking extends Pick<RunContext, 'outputDir' | 'signal'> {
  readonly action: Action;
}

async function problemOf(artifact: Artifact, looking: Looking): Promise<DistError | undefined> {
  const { outputDir, signal } = looking;
  const path = join(outputDir, artifact.name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return notMade(artifact.name, outputDir, looking.action, artifact.kind === 'signature' ? 'sign' : 'package');
  const difference = differenceOf(artifact, stats);
  if (difference !== undefined) return changed(artifact, `it ${difference}`, looking);
  const sha256 = artifact.type === 'layout' ? await layoutDigest(path, signal) : await sha256OfFile(path, signal);
  return sha256 === artifact.sha256 ? undefined : changed(artifact, `its sha256 is ${sha256}, ${MANIFEST_NAME} says ${artifact.sha256}`, looking);
}

function changed({ name, kind }: Artifact, state: string, { outputDir, action }: Looking): DistError {
  const hint = kind === 'signature' ? 'run "provisioning-dist sign" again' : 'package the release again';
  return new DistError('artifact-changed', `Cannot ${action} "${join(outputDir, name)}": ${state}`, { exit: EXIT.preflight, hint });
}

interface Wanted {
  readonly release: Release;
  readonly action: Action;
}

function otherManifest(folder: string, found: ReleaseManifest, { release, action }: Wanted): DistError {
  return new DistError(
    'other-release',
    `Cannot ${action} ${release.name} ${release.version} ${action === 'publish' ? 'from' : 'in'} "${folder}": it holds ${found.name} ${found.version}`,
    {
      exit: EXIT.preflight,
      hint: `package it first, or ${action} the other one with --version ${found.version}`,
    },
  );
}

function notMade(name: string, folder: string, action: Action, command = 'package'): DistError {
  return new DistError('artifact-missing', `Cannot ${action} "${name}": it is not in "${folder}"`, {
    exit: EXIT.preflight,
    hint: `run "provisioning-dist ${command}" first`,
  });
}
