import type { Artifact, Release } from '@provisioning-dist/core';
import type { Stored } from '../repository/findings.ts';
import type { AptOptions } from './options.ts';
import { poolKey } from './paths.ts';
import { namesOf, type SuiteInput } from './update.ts';

/** What a job says of the repository. */
interface Asked {
  readonly release: Release;
  readonly options: AptOptions;
}

export function debsOf({ artifacts }: { readonly artifacts: () => readonly Artifact[] }): readonly Artifact[] {
  return artifacts().filter(({ name, type }) => type === 'file' && name.endsWith('.deb'));
}

/** Each deb of the release and its key. */
export function storedDebs(job: Asked & { readonly artifacts: () => readonly Artifact[] }): readonly Stored[] {
  return debsOf(job).map((artifact) => ({ artifact, key: keyOf(job, artifact.name) }));
}

export function keyOf({ release, options }: Asked, fileName: string): string {
  return poolKey({ component: options.component, source: sourceOf({ release, options }) }, fileName);
}

/** A folder: what cannot stand in one is a dash. */
export function sourceOf({ release, options }: Asked): string {
  const text = (options.source ?? release.name).toLowerCase().replace(/[^a-z0-9.+-]+/g, '-');
  return text.replace(/^[^a-z0-9]+/, '') || 'packages';
}

export function suiteInputs({ release, options }: Asked): readonly SuiteInput[] {
  const { name, version, date } = release;
  return options.suites.map((suite) => ({ suite: suite.name, names: namesOf(suite, release, options), release: { name, version, date } }));
}
