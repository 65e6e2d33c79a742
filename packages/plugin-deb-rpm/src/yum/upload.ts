import { defineEffect, type Effect, type EffectContext } from '@provisioning-dist/core';
import { putNew, removeOwn, storedDigest, type Upload } from '../repository/objects.ts';
import { storageOf } from '../repository/place.ts';
import { unsignedRpm } from './errors.ts';
import { checksPackages, type YumOptions } from './options.ts';
import { readRepository } from './read.ts';
import { readRpmFacts } from './rpm.ts';
import { isListed } from './state.ts';

export interface UploadResult {
  readonly key: string;
}

type Context = EffectContext<YumOptions>;

/** Puts an rpm in its place; no metadata tells of it yet. */
export const upload: Effect<Upload, UploadResult, YumOptions> = defineEffect({
  name: 'yum.upload',
  key: ({ key, artifact }) => `${key}@${artifact.sha256}`,
  describe: ({ key }) => `upload ${key}`,
  preview: ({ key }) => ({ key }),
  probe: async ({ key, artifact }, { options, signal }) =>
    (await storedDigest(await storageOf(options), key, signal)) === artifact.sha256 ? { key } : undefined,
  apply: async (input, context) => {
    checkRpm(input, context);
    await putNew(await storageOf(context.options), input, context);
    return { key: input.key };
  },
  revert: async ({ key, artifact }, _result, { options, signal, log }) => {
    const storage = await storageOf(options);
    const { state } = await readRepository(storage, { signed: options.sign !== false, signal });
    if (state.packages.some((each) => each.key === key && isListed(each))) return log.warn(`${key} stays: the repository lists it`);
    await removeOwn(storage, { key, artifact }, signal);
  },
});

/** What clients would refuse is refused while nothing is visible. */
function checkRpm({ artifact, key }: Upload, { file, options }: Context): void {
  const { signed } = readRpmFacts(file(artifact), artifact.name, { key, pkgid: artifact.sha256 });
  if (!signed && checksPackages(options)) throw unsignedRpm(artifact.name);
}
