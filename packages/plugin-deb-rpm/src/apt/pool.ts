import { defineEffect, type Effect } from '@provisioning-dist/core';
import { putNew, removeOwn, storedDigest, type Upload } from '../repository/objects.ts';
import { storageOf } from '../repository/place.ts';
import type { AptOptions } from './options.ts';
import { suitesListing } from './suites.ts';

export interface PoolResult {
  readonly key: string;
}

/** Puts a deb into the pool; no index tells of it yet. */
export const pool: Effect<Upload, PoolResult, AptOptions> = defineEffect({
  name: 'apt.pool',
  key: ({ key, artifact }) => `${key}@${artifact.sha256}`,
  describe: ({ key }) => `upload ${key}`,
  preview: ({ key }) => ({ key }),
  probe: async ({ key, artifact }, { options, signal }) =>
    (await storedDigest(await storageOf(options), key, signal)) === artifact.sha256 ? { key } : undefined,
  apply: async (input, context) => {
    await putNew(await storageOf(context.options), input, context);
    return { key: input.key };
  },
  revert: async ({ key, artifact }, _result, { options, signal, log }) => {
    const storage = await storageOf(options);
    const listing = await suitesListing(storage, key, signal);
    if (listing.length > 0) return log.warn(`${key} stays: ${listing.join(', ')} lists it`);
    await removeOwn(storage, { key, artifact }, signal);
  },
});
