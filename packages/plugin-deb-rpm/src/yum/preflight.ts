import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { refusals, takenFindings } from '../repository/findings.ts';
import { storedRpms } from './job.ts';
import type { YumOptions } from './options.ts';
import { repositoryOf, trustedRepositoryOf } from './update.ts';

/** A key that is missing, metadata that is broken or of no kind we know, and packages that are there with other bytes. */
export async function preflight(job: RegistryJob<YumOptions>): Promise<readonly Finding[]> {
  const { sign } = job.options;
  const keyless = sign === false ? [] : await refusals(job, () => job.key(sign).info());
  // Without a key there is nothing to compare with.
  const look = keyless.length === 0 ? trustedRepositoryOf : repositoryOf;
  return [...keyless, ...(await refusals(job, () => look(job))), ...(await takenFindings(job, storedRpms(job)))];
}
