import { DistError, type Finding, type RegistryJob } from '@provisioning-dist/core';
import { debsOf, keyOf, suiteInputs } from './job.ts';
import type { AptOptions } from './options.ts';
import { storageOf } from './place.ts';
import { poolDigest } from './pool.ts';
import { suiteOf } from './update.ts';

type Job = RegistryJob<AptOptions>;

/** A key that is missing, a repository that is not ours or broken, and packages that are there with other bytes. */
export async function preflight(job: Job): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (job.options.sign !== false) findings.push(...(await found(job, async () => void (await job.key(job.options.sign as string).info()))));
  for (const input of suiteInputs(job)) findings.push(...(await found(job, async () => void (await suiteOf(input, job)))));
  return [...findings, ...(await takenFindings(job))];
}

async function found({ id }: Job, look: () => Promise<void>): Promise<readonly Finding[]> {
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
  for (const { name, sha256 } of debsOf(job)) {
    const key = keyOf(job, name);
    const there = await poolDigest(storage, key, job.signal);
    if (there === undefined || there === sha256) continue;
    const message = `Cannot publish "${name}": "${key}" is there with other bytes (sha256 ${there}, not ${sha256})`;
    findings.push({
      level: 'error',
      code: 'version-taken',
      subject: `publish.${job.id}`,
      message,
      hint: 'bump the revision, or release a new version',
    });
  }
  return findings;
}
