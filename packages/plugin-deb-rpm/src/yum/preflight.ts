import { DistError, type Finding, type RegistryJob } from '@provisioning-dist/core';
import { storageOf } from '../apt/place.ts';
import { keyOf, rpmsOf } from './job.ts';
import type { YumOptions } from './options.ts';
import { repositoryOf } from './update.ts';
import { storedDigest } from './upload.ts';

type Job = RegistryJob<YumOptions>;

/** A key that is missing, metadata that is broken or of no kind we know, and packages that are there with other bytes. */
export async function preflight(job: Job): Promise<readonly Finding[]> {
  const { sign } = job.options;
  return [
    ...(sign === false ? [] : await refusals(job, async () => void (await job.key(sign).info()))),
    ...(await refusals(job, async () => void (await repositoryOf(job)))),
    ...(await takenFindings(job)),
  ];
}

async function refusals({ id }: Job, look: () => Promise<void>): Promise<readonly Finding[]> {
  try {
    await look();
    return [];
  } catch (error) {
    if (!(error instanceof DistError)) throw error;
    const { code, message, hint } = error;
    return [{ level: 'error', code, subject: `publish.${id}`, message, ...(hint !== undefined && { hint }) }];
  }
}

async function takenFindings(job: Job): Promise<readonly Finding[]> {
  const storage = await storageOf(job.options);
  const findings: Finding[] = [];
  for (const { name, sha256 } of rpmsOf(job)) {
    const key = keyOf(job, name);
    const there = await storedDigest(storage, key, job.signal);
    if (there === undefined || there === sha256) continue;
    const message = `Cannot publish "${name}": "${key}" is there with other bytes (sha256 ${there}, not ${sha256})`;
    const hint = 'bump the revision, or release a new version';
    findings.push({ level: 'error', code: 'version-taken', subject: `publish.${job.id}`, message, hint });
  }
  return findings;
}
