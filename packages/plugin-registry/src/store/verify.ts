import type { Artifact, Finding, RegistryJob } from '@provisioning-dist/core';
import { keyOf } from './options.ts';
import { isLaterThan, pointerKey, versionIn } from './pointer.ts';
import { readPointer } from './promote.ts';
import { type PlaceOptions, storageOf } from './storage.ts';
import { contentDigest, treeDigest } from './tree.ts';

type Job = RegistryJob<PlaceOptions>;

/** Reads every artifact and the pointer back. */
export async function verify(job: Job): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // One after the other: each is read whole.
  for (const artifact of job.artifacts()) findings.push(...(await artifactFindings(job, artifact)));
  return [...findings, ...(await pointerFindings(job))];
}

async function artifactFindings(job: Job, { name, type, sha256 }: Artifact): Promise<readonly Finding[]> {
  const key = keyOf(job.options, job.release, name);
  const storage = await storageOf(job.options);
  const found = await (type === 'layout' ? treeDigest(storage, key, job.signal) : contentDigest(storage, key, job.signal));
  if (found === sha256) return [];
  if (found === undefined) return [finding(job, 'artifact-missing', `"${key}" is not there`)];
  return [finding(job, 'artifact-differs', `"${key}" holds other bytes (sha256 ${found}, not ${sha256})`)];
}

async function pointerFindings(job: Job): Promise<readonly Finding[]> {
  const key = pointerKey(job.release);
  const pointer = await readPointer(key, job);
  if (!pointer) return [finding(job, 'pointer-missing', `"${key}" is not there`)];
  const version = versionIn(pointer.text, key);
  if (version === job.release.version || isLaterThan(version, job.release)) return [];
  return [finding(job, 'pointer-behind', `"${key}" names ${version}, not ${job.release.version}`)];
}

function finding(job: Job, code: string, message: string): Finding {
  return { level: 'error', code, subject: `publish.${job.id}`, message, hint: `publish again with --registry ${job.id}` };
}
