import type { RegistryDefinition } from '@provisioning-dist/core';
import { storageOf } from '../apt/place.ts';
import { wordOf } from './job.ts';
import type { YumOptions } from './options.ts';

type Record = NonNullable<RegistryDefinition<YumOptions>['record']>;

/** The release's journal, where neither clients nor createrepo_c look. */
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

function recordKey({ release }: Parameters<Record['read']>[0]): string {
  return `.provisioning-dist/${wordOf(release.name)}/${release.version}.journal.ndjson`;
}
