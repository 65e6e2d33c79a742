import { type Artifact, DistError, type Finding, type RegistryJob } from '@provisioning-dist/core';
import { contentDigest, storedDigest } from './objects.ts';
import { type Place, storageOf } from './place.ts';

/** What is found before and after publishing, of apt and yum alike. */

type Job<Options extends Place> = Pick<RegistryJob<Options>, 'id' | 'options' | 'signal'>;

export interface Stored {
  readonly artifact: Pick<Artifact, 'name' | 'sha256'>;
  readonly key: string;
}

/** What a look at the repository refuses. */
export async function refusals({ id }: { readonly id: string }, look: () => Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await look();
    return [];
  } catch (error) {
    if (!(error instanceof DistError)) throw error;
    const { code, message, hint } = error;
    return [{ level: 'error', code, subject: `publish.${id}`, message, ...(hint !== undefined && { hint }) }];
  }
}

/** Packages that are there with other bytes. */
export async function takenFindings<Options extends Place>(job: Job<Options>, stored: readonly Stored[]): Promise<readonly Finding[]> {
  const storage = await storageOf(job.options);
  const findings: Finding[] = [];
  for (const { artifact, key } of stored) {
    const there = await storedDigest(storage, key, job.signal);
    if (there === undefined || there === artifact.sha256) continue;
    const message = `Cannot publish "${artifact.name}": "${key}" is there with other bytes (sha256 ${there}, not ${artifact.sha256})`;
    const hint = 'bump the revision, or release a new version';
    findings.push({ level: 'error', code: 'version-taken', subject: `publish.${job.id}`, message, hint });
  }
  return findings;
}

/** Packages that are not there, or not as they were published. */
export async function lossFindings<Options extends Place>(job: Job<Options>, stored: readonly Stored[]): Promise<readonly Finding[]> {
  const storage = await storageOf(job.options);
  const findings: Finding[] = [];
  // One after the other: each is read whole.
  for (const { artifact, key } of stored) {
    const found = await contentDigest(storage, key, job.signal);
    if (found === undefined) findings.push(findingOf(job, 'artifact-missing', `"${key}" is not there`));
    else if (found !== artifact.sha256)
      findings.push(findingOf(job, 'artifact-differs', `"${key}" holds other bytes (sha256 ${found}, not ${artifact.sha256})`));
  }
  return findings;
}

export function findingOf({ id }: { readonly id: string }, code: string, message: string): Finding {
  return { level: 'error', code, subject: `publish.${id}`, message, hint: `publish again with --registry ${id}` };
}
