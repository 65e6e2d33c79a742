import type { RegistryDefinition } from '@provisioning-dist/core';
import { sourceOf } from './job.ts';
import type { AptOptions } from './options.ts';
import { poolFolder } from './paths.ts';
import { storageOf } from './place.ts';

type Record = NonNullable<RegistryDefinition<AptOptions>['record']>;

/** The release's journal beside its packages. */
export const record: Record = {
  write: async (job, journal) => {
    const storage = await storageOf(job.options);
    await storage.put(recordKey(job), journal, { signal: job.signal });
  },
  read: async (job) => {
    const storage = await storageOf(job.options);
    return (await storage.get(recordKey(job), { signal: job.signal }))?.bytes;
  },
};

function recordKey({ release, options }: Parameters<Record['read']>[0]): string {
  return `${poolFolder({ component: options.component, source: sourceOf({ release, options }) })}/.${release.version}.journal.ndjson`;
}
