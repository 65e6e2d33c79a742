import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Artifact, Finding, RegistryJob } from '@provisioning-dist/core';
import { keyOf, type LocalOptions } from './options.ts';
import { publishedDigest } from './upload.ts';

type Job = RegistryJob<LocalOptions>;

/** A folder nobody can write to, and versions that are taken. */
export async function preflight(job: Job): Promise<readonly Finding[]> {
  const unwritable = writeProblem(job.options.path);
  if (unwritable !== undefined) return [{ ...folderFinding(job), message: `Cannot publish into "${job.options.path}": ${unwritable}` }];
  if (job.release.snapshot) return [];
  const findings: Finding[] = [];
  // One after the other: each reads a whole file.
  for (const artifact of job.artifacts()) findings.push(...(await takenFindings(job, artifact)));
  return findings;
}

function folderFinding(job: Job) {
  return {
    level: 'error',
    code: 'folder-unwritable',
    subject: `publish.${job.id}`,
    hint: 'give another "path", or the right to write there',
  } as const;
}

/** Looks at the folder, or at the nearest one above it that exists. */
function writeProblem(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return dirname(path) === path ? 'it does not exist' : writeProblem(dirname(path));
  if (!stats.isDirectory()) return `"${path}" is not a folder`;
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch {
    return `"${path}" is not writable`;
  }
}

async function takenFindings(job: Job, artifact: Artifact): Promise<readonly Finding[]> {
  const key = keyOf(job.options, job.release, artifact.name);
  const found = await publishedDigest({ type: artifact.type, key }, job);
  if (found === undefined || found === artifact.sha256) return [];
  const message = `Cannot publish "${artifact.name}" ${job.release.version}: other bytes are there (sha256 ${found}, not ${artifact.sha256})`;
  const hint = 'a published version does not change: release a new version';
  return [{ level: 'error', code: 'version-taken', subject: `publish.${job.id}`, message, hint }];
}
