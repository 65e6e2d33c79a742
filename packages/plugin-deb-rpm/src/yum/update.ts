import { type ArtifactRef, defineEffect, type Effect, type EffectContext, type Release } from '@provisioning-dist/core';
import { storageOf } from '../repository/place.ts';
import { withPresent } from '../repository/present.ts';
import { removeSetup, type SetupFile, writeSetup } from '../repository/setup.ts';
import { trustOf } from '../repository/trust.ts';
import { added, hasListed, removed, restored, retargeted } from './change.ts';
import { wordOf } from './job.ts';
import type { YumOptions } from './options.ts';
import { type Found, readRepository } from './read.ts';
import { readRpmFacts } from './rpm.ts';
import { isListed, type Package, type State } from './state.ts';
import { changeRepository } from './write.ts';

/** Changes of the metadata, which is all that clients see. */

type Context = Pick<EffectContext<YumOptions>, 'options' | 'signal' | 'key' | 'log'>;

/** The facts of the release, since a way back has the journal alone. */
export interface ReleaseInput {
  readonly release: Pick<Release, 'name' | 'version' | 'date'>;
}

export interface UpdateInput extends ReleaseInput {
  readonly packages: readonly { readonly artifact: ArtifactRef; readonly key: string }[];
  /** What users need to begin. */
  readonly setup: readonly SetupFile[];
}

export interface UpdateResult {
  readonly version: string;
}

/** Lists a release's packages. */
export const update: Effect<UpdateInput, UpdateResult, YumOptions> = defineEffect({
  name: 'yum.update',
  visible: true,
  key: ({ release }) => `${release.name}@${release.version}`,
  describe: ({ release }) => `list ${release.name} ${release.version}`,
  preview: resultOf,
  probe: async (input, context) => {
    const { state, signature } = await trustedRepositoryOf(context);
    const isThere = input.packages.every(({ artifact, key }) => hasListed(state, { key, pkgid: artifact.sha256 }));
    return signature.fits && isThere ? resultOf(input) : undefined;
  },
  apply: async (input, context) => {
    const packages = packagesOf(input, context);
    const { options, signal } = context;
    // Before the metadata, for nobody would miss it after a crash.
    await writeSetup(await storageOf(options), input.setup, signal);
    await changed(input, context, (state, date) => added(state, packages, { keep: options.keep, date }));
    return resultOf(input);
  },
  revert: async (input, _result, context) => {
    const keys = new Set(input.packages.map(({ key }) => key));
    const { options, signal } = context;
    const state = await changed(input, context, (found, date) => removed(found, keys, { keep: options.keep, date }));
    const unneeded = input.setup.filter((file) => !isNeeded(file, state));
    await removeSetup(await storageOf(options), unneeded, signal);
  },
});

/** By whatever is listed of the product a file is called by; by everything when it is the repository's own. */
function isNeeded({ key }: SetupFile, { packages }: State): boolean {
  const isOfAll = key.includes('/');
  return packages.some((each) => isListed(each) && (isOfAll || `${wordOf(each.name)}.` === key.slice(0, key.lastIndexOf('.') + 1)));
}

export interface BackInput extends ReleaseInput {
  readonly to: string;
}

export interface BackResult {
  /** Of what is not listed any more. */
  readonly keys: readonly string[];
}

/** Takes every version of the release's packages above an earlier one out of the metadata. */
export const back: Effect<BackInput, BackResult, YumOptions> = defineEffect({
  name: 'yum.back',
  visible: true,
  key: ({ release, to }) => `${release.name}@${release.version}-${to}`,
  describe: ({ release, to }) => `go back to ${release.name} ${to}`,
  preview: () => ({ keys: [] }),
  probe: async (input, context) => {
    const { state, signature } = await trustedRepositoryOf(context);
    const isThere = retargeted(state, targetOf(input), { keep: 0, date: 0 }) === state;
    return signature.fits && isThere ? { keys: withdrawnIn(state, input) } : undefined;
  },
  apply: async (input, context) => {
    const { keep } = context.options;
    const state = await changed(input, context, (found, date) => retargeted(found, targetOf(input), { keep, date }));
    return { keys: withdrawnIn(state, input) };
  },
  revert: async (input, { keys }, context) => void (await changed(input, context, (state) => restored(state, new Set(keys)))),
});

function targetOf({ release, to }: BackInput): { readonly name: string; readonly to: string } {
  return { name: release.name, to };
}

function withdrawnIn({ packages }: State, { release }: BackInput): readonly string[] {
  return packages.filter(({ name, withdrawn }) => name === release.name && withdrawn === true).map(({ key }) => key);
}

function resultOf({ release }: UpdateInput): UpdateResult {
  return { version: release.version };
}

export async function repositoryOf({ options, signal }: Pick<Context, 'options' | 'signal'>): Promise<Found> {
  return await readRepository(await storageOf(options), { signed: options.sign !== false, signal });
}

/** Throws a DistError for metadata that our key did not sign. */
export async function trustedRepositoryOf(context: Context): Promise<Found> {
  const { options, signal } = context;
  return await readRepository(await storageOf(options), { signed: options.sign !== false, trust: trustOf(context), signal });
}

async function changed({ release }: ReleaseInput, context: Context, change: (state: State, date: number) => State): Promise<State> {
  const { options, signal, key } = context;
  const { compression, sign, overlap } = options;
  const writing = { compression, overlap, date: release.date, key: sign === false ? undefined : key(sign), trust: trustOf(context), signal };
  const storage = await storageOf(options);
  return await changeRepository(storage, writing, (state, date) => withPresent(storage, { state, date, signal }, change));
}

function packagesOf({ packages, release }: UpdateInput, { file }: Pick<EffectContext, 'file'>): readonly Package[] {
  return packages.map(({ artifact, key }) => {
    const { facts } = readRpmFacts(file(artifact), artifact.name, { key, pkgid: artifact.sha256 });
    return { ...facts, name: release.name, of: release.version };
  });
}
