import type { Artifact, Release } from '@provisioning-dist/core';
import { keyOf, type LocalOptions } from './options.ts';

/** What `{name}/latest.json` says. */
export interface Pointer {
  readonly name: string;
  readonly version: string;
  /** Full commit id. */
  readonly commit?: string;
  /** ISO 8601, of the release. */
  readonly date: string;
  /** `release.json` of that version, from the folder published into. */
  readonly manifest?: string;
}

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

export function pointerKey(release: Release): string {
  return `${release.name}/${pointerTag(release)}.json`;
}

export function pointerFor(release: Release, options: LocalOptions, artifacts: readonly Artifact[]): Pointer {
  const manifest = artifacts.find(({ kind }) => kind === 'manifest');
  return {
    name: release.name,
    version: release.version,
    ...(release.commit !== undefined && { commit: release.commit }),
    date: new Date(release.date * 1000).toISOString(),
    ...(manifest && { manifest: keyOf(options, release, manifest.name) }),
  };
}

export function printPointer(pointer: Pointer): string {
  return `${JSON.stringify(pointer, null, 2)}\n`;
}
