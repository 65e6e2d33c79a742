import { type ArtifactRef, defineEffect, type Effect, type EffectContext, type Release } from '@provisioning-dist/core';
import { storageOf } from '../repository/place.ts';
import { withPresent } from '../repository/present.ts';
import { removeSetup, type SetupFile, writeSetup } from '../repository/setup.ts';
import { trustOf } from '../repository/trust.ts';
import { added, hasListed, type Retarget, removed, restored, retargeted } from './change.ts';
import { readDebFacts } from './deb.ts';
import type { AptOptions, Suite } from './options.ts';
import type { Package, State } from './state.ts';
import { readSuite, type SuiteIndex, type SuiteNames } from './suite-read.ts';
import { changeSuite, type SuiteWriting } from './suite-write.ts';
import { isSourceListed } from './suites.ts';

/** Changes of a suite's indexes, which are all that clients see. */

type Context = Pick<EffectContext<AptOptions>, 'options' | 'signal' | 'key' | 'log'>;

/** The facts of the release a suite is called by, since a way back has the journal alone. */
export interface SuiteInput {
  readonly suite: string;
  readonly names: SuiteNames;
  readonly release: Pick<Release, 'name' | 'version' | 'date'>;
}

export interface UpdateInput extends SuiteInput {
  readonly component: string;
  readonly packages: readonly { readonly artifact: ArtifactRef; readonly key: string }[];
  /** What users need to begin; written with the first suite. */
  readonly setup: readonly SetupFile[];
}

export interface UpdateResult {
  readonly suite: string;
  readonly version: string;
}

/** Lists a release's packages in a suite. */
export const update: Effect<UpdateInput, UpdateResult, AptOptions> = defineEffect({
  name: 'apt.update',
  visible: true,
  key: ({ suite, component, release }) => `${suite}/${component}@${release.version}`,
  describe: ({ suite, release }) => `list ${release.name} ${release.version} in ${suite}`,
  preview: resultOf,
  probe: async (input, context) => {
    const { state, mirrored } = await trustedSuiteOf(input, context);
    return mirrored && input.packages.every(({ artifact, key }) => hasListed(state, { key, sha256: artifact.sha256 })) ? resultOf(input) : undefined;
  },
  apply: async (input, context) => {
    const packages = await packagesOf(input, context);
    const { options, signal } = context;
    const { keep } = options;
    // Before the index, for nobody would miss it after a crash.
    await writeSetup(await storageOf(options), input.setup, signal);
    await changed(input, context, (state, date) => added(state, packages, { keep, date }));
    return resultOf(input);
  },
  revert: async (input, _result, context) => {
    const keys = new Set(input.packages.map(({ key }) => key));
    const { options, signal } = context;
    await changed(input, context, (found, date) => removed(found, keys, { keep: options.keep, date }));
    const storage = await storageOf(options);
    if (input.setup.length > 0 && !(await isSourceListed(storage, keys, signal))) await removeSetup(storage, input.setup, signal);
  },
});

export interface BackInput extends SuiteInput {
  readonly to: string;
}

export interface BackResult {
  /** In the pool, of what went out of the indexes. */
  readonly keys: readonly string[];
}

/** Takes every version of the release's packages above an earlier one out of a suite. */
export const back: Effect<BackInput, BackResult, AptOptions> = defineEffect({
  name: 'apt.back',
  visible: true,
  key: ({ suite, release, to }) => `${suite}@${release.version}-${to}`,
  describe: ({ suite, release, to }) => `go back to ${release.name} ${to} in ${suite}`,
  preview: () => ({ keys: [] }),
  probe: async (input, context) => {
    const { state, mirrored } = await trustedSuiteOf(input, context);
    return mirrored && retargeted(state, targetOf(input), { keep: 0, date: 0 }) === state ? { keys: withdrawnIn(state, input) } : undefined;
  },
  apply: async (input, context) => {
    let keys: readonly string[] = [];
    await changed(input, context, (state, date) => {
      const next = retargeted(state, targetOf(input), { keep: context.options.keep, date });
      keys = withdrawnIn(next, input);
      return next;
    });
    return { keys };
  },
  revert: async (input, { keys }, context) => void (await changed(input, context, (state) => restored(state, new Set(keys)))),
});

function targetOf({ release, to, suite }: BackInput): Retarget {
  return { name: release.name, to, suite };
}

function withdrawnIn({ packages }: State, { release }: BackInput): readonly string[] {
  return packages.filter(({ name, withdrawn }) => name === release.name && withdrawn === true).map(({ key }) => key);
}

function resultOf({ suite, release }: UpdateInput): UpdateResult {
  return { suite, version: release.version };
}

export function namesOf({ name: suite, codename }: Suite, { vendor, name }: Pick<Release, 'vendor' | 'name'>, options: AptOptions): SuiteNames {
  return { origin: line(options.origin ?? vendor ?? name), label: line(options.label ?? name), suite, codename };
}

/** A field of Release, which no line feed may end. */
function line(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export async function suiteOf({ names }: Pick<SuiteInput, 'names'>, { options, signal }: Pick<Context, 'options' | 'signal'>): Promise<SuiteIndex> {
  return await readSuite(await storageOf(options), { names, signed: options.sign !== false, signal });
}

/** Throws a DistError for a suite that our key did not sign. */
export async function trustedSuiteOf({ names }: Pick<SuiteInput, 'names'>, context: Context): Promise<SuiteIndex> {
  const { options, signal } = context;
  return await readSuite(await storageOf(options), { names, signed: options.sign !== false, trust: trustOf(context), signal });
}

async function changed({ names, release }: SuiteInput, context: Context, change: (state: State, date: number) => State): Promise<State> {
  const { options, signal, key } = context;
  const { component, architectures, contents, description, validUntil } = options;
  const writing: SuiteWriting = {
    ...{ names, component, architectures, contents, description, date: release.date, signal },
    validFor: validUntil === undefined ? undefined : Math.round(validUntil / 1000),
    key: options.sign === false ? undefined : key(options.sign),
    trust: trustOf(context),
  };
  const storage = await storageOf(options);
  return await changeSuite(storage, writing, (state, found) => withPresent(storage, { state, date: found, signal }, change));
}

async function packagesOf({ component, packages, release }: UpdateInput, { file }: Pick<EffectContext, 'file'>): Promise<readonly Package[]> {
  const found: Package[] = [];
  // One after the other: each may unpack much.
  for (const { artifact, key } of packages) {
    const { control, ...facts } = await readDebFacts(file(artifact), artifact.name);
    const stanza = `${control}\nFilename: ${key}\nSize: ${artifact.size}\nSHA256: ${artifact.sha256}`;
    found.push({ ...facts, component, key, sha256: artifact.sha256, name: release.name, release: release.version, stanza });
  }
  return found;
}
