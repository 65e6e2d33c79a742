import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { keyOf } from './options.ts';
import { takenFindings } from './preflight.ts';
import { type PlaceOptions, storageOf } from './storage.ts';

type Job = RegistryJob<PlaceOptions>;

/** Whether the place is reached and lets us in, and versions that are taken. */
export async function remotePreflight(job: Job): Promise<readonly Finding[]> {
  const storage = await storageOf(job.options);
  await storage.check?.({ signal: job.signal });
  if (job.artifacts().length > 0) return await takenFindings(job);
  const key = keyOf(job.options, job.release, 'release.json');
  const found = await storage.stat(key, { signal: job.signal });
  if (!found || job.release.snapshot) return [];
  const message = `"${key}" is in ${storage.label} already, and may hold other bytes`;
  return [{ level: 'warning', code: 'version-there', subject: `publish.${job.id}`, message, hint: 'publishing stops if it differs' }];
}
