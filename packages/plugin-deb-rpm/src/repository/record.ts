import type { RegistryDefinition } from '@provisioning-dist/core';
import { type Place, storageOf } from './place.ts';

type Record<Options> = NonNullable<RegistryDefinition<Options>['record']>;
type Job<Options> = Parameters<Record<Options>['read']>[0];

/** The release's journal, kept in the repository. `earlierKeyOf`: where it was kept once, without a product in the key. */
export function recordAt<Options extends Place>(keyOf: (job: Job<Options>) => string, earlierKeyOf?: (job: Job<Options>) => string): Record<Options> {
  return {
    write: async (job, journal) => {
      const storage = await storageOf(job.options);
      await storage.put(keyOf(job), journal, { signal: job.signal });
    },
    read: async (job) => {
      const { signal } = job;
      const storage = await storageOf(job.options);
      const found = await storage.get(keyOf(job), { signal });
      if (found || !earlierKeyOf) return found?.bytes;
      const earlier = await storage.get(earlierKeyOf(job), { signal });
      return earlier && isOfOther(earlier.bytes, job.release.product) ? undefined : earlier?.bytes;
    },
  };
}

/** Its first line says whose it is. What cannot be read is for the reader of journals to refuse. */
function isOfOther(journal: Uint8Array, product: string): boolean {
  const [header = ''] = Buffer.from(journal).toString('utf8').split('\n', 1);
  try {
    const { record } = JSON.parse(header) as { readonly record?: { readonly product?: unknown } };
    return typeof record?.product === 'string' && record.product !== product;
  } catch {
    return false;
  }
}
