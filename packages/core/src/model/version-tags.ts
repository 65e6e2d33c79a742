import semverCompare from 'semver/functions/compare-build.js';
import semverPrerelease from 'semver/functions/prerelease.js';
import { versionOfTag } from './version.ts';

/** Which tag stands for which version. */

export interface VersionTag {
  readonly tag: string;
  readonly version: string;
}

/** Tags that name a version, the highest one first. Two tags of one version stand in the order of their bytes. */
export function versionTags(tags: readonly string[], prefix: string): readonly VersionTag[] {
  const named = tags.flatMap((tag): VersionTag[] => {
    const version = versionOfTag(tag, prefix);
    return version === undefined ? [] : [{ tag, version }];
  });
  return named.toSorted((a, b) => semverCompare(b.version, a.version));
}

/** The tag the changes of a version begin after: a release's is the release before it, a pre-release's may be a pre-release. */
export function previousTag(tags: readonly string[], prefix: string, version: string): string | undefined {
  const lower = versionTags(tags, prefix).filter((one) => semverCompare(one.version, version) < 0);
  const wanted = isPrerelease(version) ? lower : lower.filter((one) => !isPrerelease(one.version));
  return wanted[0]?.tag;
}

/** The tag a version has, else the one it would get: spelled like the highest one there is. */
export function tagOfVersion(tags: readonly string[], prefix: string, version: string): string {
  const known = versionTags(tags, prefix);
  const own = known.find((one) => one.version === version);
  if (own) return own.tag;
  const bare = known[0] !== undefined && known[0].tag === `${prefix}${known[0].version}`;
  return `${prefix}${bare ? '' : 'v'}${version}`;
}

/** What people should know of a commit with tags of several versions, or of one spelled twice. */
export function severalTags(here: readonly string[], prefix: string): string | undefined {
  const known = versionTags(here, prefix);
  const [first, ...others] = known;
  if (first === undefined || others.length === 0) return undefined;
  return `HEAD has ${known.length} tags of versions: ${first.tag} is used, not ${others.map(({ tag }) => tag).join(', ')}`;
}

export function isPrerelease(version: string): boolean {
  return semverPrerelease(version) !== null;
}
