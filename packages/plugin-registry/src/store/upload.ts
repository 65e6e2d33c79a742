import { type ArtifactRef, defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { PreconditionFailed, type Storage } from '@provisioning-dist/storage';
import { objectChanged, treeChanged } from './errors.ts';
import { type PlaceOptions, storageOf } from './storage.ts';
import { digestOf, putSame, readTree, removeTree, treeDigest } from './tree.ts';

export interface UploadInput {
  readonly artifact: ArtifactRef;
  readonly type: 'file' | 'layout';
  readonly key: string;
  /** Whether other bytes may be replaced: only those of a snapshot. */
  readonly replace: boolean;
}

export interface UploadResult {
  readonly key: string;
}

type Context = EffectContext<PlaceOptions>;

/** Puts an artifact below its version; nobody is pointed to it yet. */
export const upload: Effect<UploadInput, UploadResult, PlaceOptions> = defineEffect({
  name: 'storage.upload',
  key: ({ key, artifact }) => `${key}@${artifact.sha256}`,
  describe: ({ key }) => `upload ${key}`,
  preview: ({ key }) => ({ key }),
  probe: async (input, context) => ((await publishedDigest(input, context)) === input.artifact.sha256 ? { key: input.key } : undefined),
  apply: async (input, context) => {
    await (input.type === 'layout' ? putTree(input, context) : putFile(input, context));
    return { key: input.key };
  },
  revert: async (input, _result, { options, signal }) => {
    const storage = await storageOf(options);
    await (input.type === 'layout' ? takeTree(input, storage, signal) : takeFile(input, storage, signal));
  },
});

/** The digest of what is there, as artifacts have it; undefined for nothing. */
export async function publishedDigest(
  { type, key }: Pick<UploadInput, 'type' | 'key'>,
  { options, signal }: Pick<Context, 'options' | 'signal'>,
): Promise<string | undefined> {
  const storage = await storageOf(options);
  if (type === 'layout') return await treeDigest(storage, key, signal);
  const found = await storage.stat(key, { signal });
  return found && (await digestOf(storage, { key, ...found }, signal));
}

async function putFile({ artifact, key, replace }: UploadInput, { options, signal, file }: Context): Promise<void> {
  const storage = await storageOf(options);
  const { size, sha256 } = artifact;
  const body = { path: file(artifact), size, sha256 };
  if (replace) await storage.put(key, body, { signal });
  else await putSame(storage, key, body, signal);
}

async function putTree({ artifact, key, replace }: UploadInput, { options, signal, file }: Context): Promise<void> {
  const storage = await storageOf(options);
  if (replace) await removeTree(storage, key, signal);
  for (const { path, body } of readTree(file(artifact))) await putSame(storage, `${key}/${path}`, body, signal);
  const digest = await treeDigest(storage, key, signal);
  if (digest !== artifact.sha256) throw treeChanged(key, digest ?? 'nothing', artifact.sha256);
}

async function takeFile({ key, artifact }: UploadInput, storage: Storage, signal: AbortSignal): Promise<void> {
  const found = await storage.stat(key, { signal });
  if (!found) return;
  if ((await digestOf(storage, { key, ...found }, signal)) !== artifact.sha256) throw objectChanged(key);
  try {
    await storage.delete(key, { signal, etag: found.etag });
  } catch (error) {
    throw error instanceof PreconditionFailed ? objectChanged(key) : error;
  }
}

async function takeTree({ key, artifact }: UploadInput, storage: Storage, signal: AbortSignal): Promise<void> {
  const digest = await treeDigest(storage, key, signal);
  if (digest === undefined) return;
  if (digest !== artifact.sha256) throw objectChanged(key);
  await removeTree(storage, key, signal);
}
