import type { RegistryDefinition } from '@provisioning-dist/core';
import { type Place, storageOf } from './place.ts';

type Record<Options> = NonNullable<RegistryDefinition<Options>['record']>;

/** The release's journal, kept in the repository. */
export function recordAt<Options extends Place>(keyOf: (job: Parameters<Record<Options>['read']>[0]) => string): Record<Options> {
  return {
    write: async (job, journal) => {
      const storage = await storageOf(job.options);
      await storage.put(keyOf(job), journal, { signal: job.signal });
    },
    read: async (job) => {
      const storage = await storageOf(job.options);
      return (await storage.get(keyOf(job), { signal: job.signal }))?.bytes;
    },
  };
}
