import type { Artifact, Finding, RegistryJob } from '@provisioning-dist/core';
import { keyOf } from './options.ts';
import type { PlaceOptions } from './storage.ts';
import { publishedDigest } from './upload.ts';

type Job = RegistryJob<PlaceOptions>;

/** Versions that are taken. */
export async function takenFindings(job: Job): Promise<readonly Finding[]> {
  if (job.release.snapshot) return [];
  const findings: Finding[] = [];
  // One after the other: each may read a whole file.
  for (const artifact of job.artifacts()) findings.push(...(await takenBy(job, artifact)));
  return findings;
}

async function takenBy(job: Job, artifact: Artifact): Promise<readonly Finding[]> {
  const key = keyOf(job.options, job.release, artifact.name);
  const found = await publishedDigest({ type: artifact.type, key }, job);
  if (found === undefined || found === artifact.sha256) return [];
  const message = `Cannot publish "${artifact.name}" ${job.release.version}: other bytes are there (sha256 ${found}, not ${artifact.sha256})`;
  const hint = 'a published version does not change: release a new version';
  return [{ level: 'error', code: 'version-taken', subject: `publish.${job.id}`, message, hint }];
}
