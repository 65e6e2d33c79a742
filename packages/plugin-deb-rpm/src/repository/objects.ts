import { createHash } from 'node:crypto';
import type { ArtifactRef, EffectContext } from '@provisioning-dist/core';
import { PreconditionFailed, type Storage } from '@provisioning-dist/storage';
import { objectChanged, otherBytes } from './errors.ts';

/** Packages in their place, which are never written over. */

export interface Upload {
  readonly artifact: ArtifactRef;
  readonly key: string;
}

/** Undefined for nothing. Read where the place does not know it. */
export async function storedDigest(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await storage.stat(key, { signal });
  return found && (found.sha256 ?? (await contentDigest(storage, key, signal)));
}

/** Of the bytes that are read, whatever the place says of them. */
export async function contentDigest(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await storage.get(key, { signal });
  return found && createHash('sha256').update(found.bytes).digest('hex');
}

/** A file that is there with the same bytes is as good. */
export async function putNew(storage: Storage, { key, artifact }: Upload, { signal, file }: Pick<EffectContext, 'signal' | 'file'>): Promise<void> {
  const { size, sha256 } = artifact;
  try {
    await storage.putIf(key, { path: file(artifact), size, sha256 }, 'absent', { signal });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    const found = await storedDigest(storage, key, signal);
    if (found !== sha256) throw otherBytes(key, found, sha256);
  }
}

/** Throws for another file of that name, which stays. */
export async function removeOwn(storage: Storage, { key, artifact }: Upload, signal: AbortSignal): Promise<void> {
  const found = await storage.stat(key, { signal });
  if (!found) return;
  if ((await storedDigest(storage, key, signal)) !== artifact.sha256) throw objectChanged(key);
  try {
    await storage.delete(key, { signal, etag: found.etag });
  } catch (error) {
    throw error instanceof PreconditionFailed ? objectChanged(key) : error;
  }
}
