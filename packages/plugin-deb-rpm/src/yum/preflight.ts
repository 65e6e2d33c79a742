import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { refusals, takenFindings } from '../repository/findings.ts';
import { storedRpms } from './job.ts';
import type { YumOptions } from './options.ts';
import { repositoryOf } from './update.ts';

/** A key that is missing, metadata that is broken or of no kind we know, and packages that are there with other bytes. */
export async function preflight(job: RegistryJob<YumOptions>): Promise<readonly Finding[]> {
  const { sign } = job.options;
  return [
    ...(sign === false ? [] : await refusals(job, () => job.key(sign).info())),
    ...(await refusals(job, () => repositoryOf(job))),
    ...(await takenFindings(job, storedRpms(job))),
  ];
}
