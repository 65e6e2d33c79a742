import type { RegistryDefinition, Release } from '@provisioning-dist/core';
import { type PlaceOptions, storageOf } from './storage.ts';

/** No artifact's name begins with a dot, whatever the layout makes of it. */
function recordKey({ name, version }: Release): string {
  return `${name}/${version}/.journal.ndjson`;
}

/** The release's journal beside its artifacts. */
export const record: NonNullable<RegistryDefinition<PlaceOptions>['record']> = {
  write: async ({ options, release, signal }, journal) => {
    const storage = await storageOf(options);
    await storage.put(recordKey(release), journal, { signal });
  },
  read: async ({ options, release, signal }) => {
    const storage = await storageOf(options);
    return (await storage.get(recordKey(release), { signal }))?.bytes;
  },
};
