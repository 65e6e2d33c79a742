import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { refusals, takenFindings } from '../repository/findings.ts';
import { storedDebs, suiteInputs } from './job.ts';
import type { AptOptions } from './options.ts';
import { suiteOf, trustedSuiteOf } from './update.ts';

/** A key that is missing, a repository that is not ours or broken, and packages that are there with other bytes. */
export async function preflight(job: RegistryJob<AptOptions>): Promise<readonly Finding[]> {
  const { sign } = job.options;
  const findings: Finding[] = [];
  if (sign !== false) findings.push(...(await refusals(job, () => job.key(sign).info())));
  // Without a key there is nothing to compare with.
  const look = findings.length === 0 ? trustedSuiteOf : suiteOf;
  for (const input of suiteInputs(job)) findings.push(...(await refusals(job, () => look(input, job))));
  return [...findings, ...(await takenFindings(job, storedDebs(job)))];
}
