import { createHash } from 'node:crypto';
import { type ArtifactRef, defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { PreconditionFailed, type Storage } from '@provisioning-dist/storage';
import { objectChanged, otherBytes } from './errors.ts';
import type { AptOptions } from './options.ts';
import { storageOf } from './place.ts';
import { suitesListing } from './suites.ts';

export interface PoolInput {
  readonly artifact: ArtifactRef;
  readonly key: string;
}

export interface PoolResult {
  readonly key: string;
}

/** Puts a deb into the pool; no index tells of it yet. */
export const pool: Effect<PoolInput, PoolResult, AptOptions> = defineEffect({
  name: 'apt.pool',
  key: ({ key, artifact }) => `${key}@${artifact.sha256}`,
  describe: ({ key }) => `upload ${key}`,
  preview: ({ key }) => ({ key }),
  probe: async ({ key, artifact }, { options, signal }) =>
    (await poolDigest(await storageOf(options), key, signal)) === artifact.sha256 ? { key } : undefined,
  apply: async (input, context) => {
    await putDeb(await storageOf(context.options), input, context);
    return { key: input.key };
  },
  revert: async ({ key, artifact }, _result, { options, signal, log }) => {
    const storage = await storageOf(options);
    const listing = await suitesListing(storage, key, signal);
    if (listing.length > 0) return log.warn(`${key} stays: ${listing.join(', ')} lists it`);
    const found = await storage.stat(key, { signal });
    if (!found) return;
    if ((await poolDigest(storage, key, signal)) !== artifact.sha256) throw objectChanged(key);
    try {
      await storage.delete(key, { signal, etag: found.etag });
    } catch (error) {
      throw error instanceof PreconditionFailed ? objectChanged(key) : error;
    }
  },
});

/** Undefined for nothing. Read where the place does not know it. */
export async function poolDigest(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await storage.stat(key, { signal });
  return found && (found.sha256 ?? (await contentDigest(storage, key, signal)));
}

/** Of the bytes that are read, whatever the place says of them. */
export async function contentDigest(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await storage.get(key, { signal });
  return found && createHash('sha256').update(found.bytes).digest('hex');
}

/** A file that is there with the same bytes is as good. */
async function putDeb(storage: Storage, { key, artifact }: PoolInput, { signal, file }: Pick<EffectContext, 'signal' | 'file'>): Promise<void> {
  const { size, sha256 } = artifact;
  try {
    await storage.putIf(key, { path: file(artifact), size, sha256 }, 'absent', { signal });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    const found = await poolDigest(storage, key, signal);
    if (found !== sha256) throw otherBytes(key, found, sha256);
  }
}
