import { type ArtifactRef, defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { objectChanged, treeChanged } from './errors.ts';
import { type LocalOptions, storageOf } from './options.ts';
import { putSame, readTree, removeTree, treeDigest } from './tree.ts';

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

type Context = EffectContext<LocalOptions>;

/** Puts an artifact below its version; nobody is pointed to it yet. */
export const upload: Effect<UploadInput, UploadResult, LocalOptions> = defineEffect({
  name: 'local.upload',
  key: ({ key, artifact }) => `${key}@${artifact.sha256}`,
  describe: ({ key }) => `upload ${key}`,
  preview: ({ key }) => ({ key }),
  probe: async (input, context) => ((await publishedDigest(input, context)) === input.artifact.sha256 ? { key: input.key } : undefined),
  apply: async (input, context) => {
    await (input.type === 'layout' ? putTree(input, context) : putFile(input, context));
    return { key: input.key };
  },
  revert: async (input, _result, context) => {
    const digest = await publishedDigest(input, context);
    if (digest === undefined) return;
    if (digest !== input.artifact.sha256) throw objectChanged(input.key);
    await remove(input, context, digest);
  },
});

/** The digest of what is there, as artifacts have it; undefined for nothing. */
export async function publishedDigest(
  { type, key }: Pick<UploadInput, 'type' | 'key'>,
  { options, signal }: Pick<Context, 'options' | 'signal'>,
): Promise<string | undefined> {
  const storage = storageOf(options);
  if (type === 'layout') return await treeDigest(storage, key, signal);
  return (await storage.stat(key, { signal }))?.sha256;
}

async function putFile({ artifact, key, replace }: UploadInput, { options, signal, file }: Context): Promise<void> {
  const { size, sha256 } = artifact;
  const body = { path: file(artifact), size, sha256 };
  if (replace) await storageOf(options).put(key, body, { signal });
  else await putSame(storageOf(options), key, body, signal);
}

async function putTree({ artifact, key, replace }: UploadInput, { options, signal, file }: Context): Promise<void> {
  const storage = storageOf(options);
  if (replace) await removeTree(storage, key, signal);
  for (const { path, body } of readTree(file(artifact))) await putSame(storage, `${key}/${path}`, body, signal);
  const digest = await treeDigest(storage, key, signal);
  if (digest !== artifact.sha256) throw treeChanged(key, digest ?? 'nothing', artifact.sha256);
}

async function remove({ type, key }: UploadInput, { options, signal }: Context, etag: string): Promise<void> {
  const storage = storageOf(options);
  if (type === 'layout') await removeTree(storage, key, signal);
  else await storage.delete(key, { signal, etag });
}
