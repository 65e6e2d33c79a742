import { createHash } from 'node:crypto';
import { type ArtifactRef, defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { PreconditionFailed, type Storage } from '@provisioning-dist/storage';
import { storageOf } from '../apt/place.ts';
import { objectChanged, otherBytes, unsignedRpm } from './errors.ts';
import { checksPackages, type YumOptions } from './options.ts';
import { readRepository } from './read.ts';
import { readRpmFacts } from './rpm.ts';
import { isListed } from './state.ts';

export interface UploadInput {
  readonly artifact: ArtifactRef;
  readonly key: string;
}

export interface UploadResult {
  readonly key: string;
}

type Context = EffectContext<YumOptions>;

/** Puts an rpm in its place; no metadata tells of it yet. */
export const upload: Effect<UploadInput, UploadResult, YumOptions> = defineEffect({
  name: 'yum.upload',
  key: ({ key, artifact }) => `${key}@${artifact.sha256}`,
  describe: ({ key }) => `upload ${key}`,
  preview: ({ key }) => ({ key }),
  probe: async ({ key, artifact }, { options, signal }) =>
    (await storedDigest(await storageOf(options), key, signal)) === artifact.sha256 ? { key } : undefined,
  apply: async (input, context) => {
    checkRpm(input, context);
    await putRpm(await storageOf(context.options), input, context);
    return { key: input.key };
  },
  revert: async ({ key, artifact }, _result, { options, signal, log }) => {
    const storage = await storageOf(options);
    const { state } = await readRepository(storage, { signed: options.sign !== false, signal });
    if (state.packages.some((each) => each.key === key && isListed(each))) return log.warn(`${key} stays: the repository lists it`);
    const found = await storage.stat(key, { signal });
    if (!found) return;
    if ((await storedDigest(storage, key, signal)) !== artifact.sha256) throw objectChanged(key);
    try {
      await storage.delete(key, { signal, etag: found.etag });
    } catch (error) {
      throw error instanceof PreconditionFailed ? objectChanged(key) : error;
    }
  },
});

/** What clients would refuse is refused while nothing is visible. */
function checkRpm({ artifact, key }: UploadInput, { file, options }: Context): void {
  const { signed } = readRpmFacts(file(artifact), artifact.name, { key, pkgid: artifact.sha256 });
  if (!signed && checksPackages(options)) throw unsignedRpm(artifact.name);
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
async function putRpm(storage: Storage, { key, artifact }: UploadInput, { signal, file }: Context): Promise<void> {
  const { size, sha256 } = artifact;
  try {
    await storage.putIf(key, { path: file(artifact), size, sha256 }, 'absent', { signal });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    const found = await storedDigest(storage, key, signal);
    if (found !== sha256) throw otherBytes(key, found, sha256);
  }
}
