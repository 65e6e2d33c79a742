import type { Artifact, Release } from '@provisioning-dist/core';
import isLater from 'semver/functions/gt.js';
import validVersion from 'semver/functions/valid.js';
import { pointerUnreadable } from './errors.ts';
import { keyOf, type StoreOptions } from './options.ts';

/** What `{name}/latest.json` says. */
export interface Pointer {
  readonly name: string;
  readonly version: string;
  /** Full commit id. */
  readonly commit?: string;
  /** ISO 8601, of the release. */
  readonly date?: string;
  /** `release.json` of that version, from the folder published into. */
  readonly manifest?: string;
}

export type PointedRelease = Pick<Release, 'product' | 'name' | 'version' | 'commit'> & Partial<Pick<Release, 'date'>>;

/**
 * The pointer a version moves, as with npm's dist-tags: `latest` for a plain version, the first word of a pre-release (`rc`, `beta`; `next`
 * when it is a number) for that one, `snapshot` for snapshots. `latest` never names a pre-release.
 */
export function pointerTag({ version, snapshot }: Pick<Release, 'version' | 'snapshot'>): string {
  if (snapshot) return 'snapshot';
  const [, prerelease] = /^[^-+]+-([^+]+)/.exec(version) ?? [];
  if (prerelease === undefined) return 'latest';
  const word = /^[a-z][a-z-]*/i.exec(prerelease)?.[0].toLowerCase() ?? 'next';
  return word === 'latest' || word === 'snapshot' ? 'next' : word;
}

export function pointerKey(release: Pick<Release, 'name' | 'version' | 'snapshot'>): string {
  return `${release.name}/${pointerTag(release)}.json`;
}

/** Of a text that may be no pointer at all. */
export function namesLater(text: string, release: Pick<Release, 'version' | 'snapshot'>): boolean {
  try {
    return isLaterThan(versionIn(text, ''), release);
  } catch {
    return false;
  }
}

export function isSnapshotKey(key: string): boolean {
  return key.endsWith('/snapshot.json');
}

export function pointerFor(release: PointedRelease, options: StoreOptions, artifacts: readonly Pick<Artifact, 'kind' | 'name'>[]): Pointer {
  const manifest = artifacts.find(({ kind }) => kind === 'manifest');
  return {
    name: release.name,
    version: release.version,
    ...(release.commit !== undefined && { commit: release.commit }),
    ...(release.date !== undefined && { date: new Date(release.date * 1000).toISOString() }),
    ...(manifest && { manifest: keyOf(options, release, manifest.name) }),
  };
}

export function printPointer(pointer: Pointer): string {
  return `${JSON.stringify(pointer, null, 2)}\n`;
}

/** What a pointer of ours says; nothing of a text that is none. */
export function pointerIn(text: string): Partial<Pointer> {
  try {
    const pointer = JSON.parse(text) as Pointer;
    return printPointer(pointer) === text && typeof pointer.manifest === 'string' ? pointer : {};
  } catch {
    return {};
  }
}

/** The version a pointer names. Throws a DistError for what is none. */
export function versionIn(text: string, key: string): string {
  try {
    const { version } = JSON.parse(text) as Partial<Pointer>;
    if (typeof version !== 'string') throw new TypeError('it names no version');
    return version;
  } catch (error) {
    throw pointerUnreadable(key, error);
  }
}

/** Whether clients are better served by what they get already: a fix for an old line must not take them back. Snapshots have no order. */
export function isLaterThan(found: string, { version, snapshot }: Pick<Release, 'version' | 'snapshot'>): boolean {
  return !snapshot && validVersion(found) !== null && isLater(found, version);
}
