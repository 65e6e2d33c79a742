import semverCompare from 'semver/functions/compare-build.js';
import type { ProductConfig } from '../config/config.ts';
import type { HistoryRange } from '../facts.ts';
import { type Git, openGit, run, tagsOf } from '../git.ts';
import { parseCommitMessage } from '../model/commit-message.ts';
import { versionOfTag } from '../model/version.ts';
import { isPrerelease, type VersionTag, versionTags } from '../model/version-tags.ts';
import { alreadyReleased, backwards, literalVersion, noHistory, nothingNew, shallowHistory } from './errors.ts';
import { history, isCut } from './history.ts';
import { type Impact, type NextVersion, nextVersion } from './next.ts';
import type { ReleaseType } from './release-type.ts';

/** Which version a product has and gets, from its tags and its history. */

export type VersionedProduct = Pick<ProductConfig, 'root' | 'tagPrefix' | 'version'>;

export interface ReleaseTypeOptions {
  readonly type: ReleaseType;
  readonly pre?: string | true;
}

export interface Versions {
  /** The highest tag HEAD descends from. */
  readonly current?: VersionTag;
  /** Tags of versions at HEAD, the highest first. */
  readonly here: readonly VersionTag[];
  /** What the commits since the last release that is no pre-release amount to. */
  readonly since: Impact;
  readonly next: NextVersion;
}

interface Known {
  readonly git: Git;
  readonly known: readonly VersionTag[];
  readonly here: readonly VersionTag[];
}

/** What `release` gives the product. Throws where HEAD has that already, or where git cannot tell. */
export async function releaseVersion(product: VersionedProduct, options: ReleaseTypeOptions, signal: AbortSignal): Promise<Versions> {
  if (product.version !== 'git') throw literalVersion(product.version);
  const known = await knownVersions(product, signal);
  if (known === undefined) throw noHistory();
  const final = known.here.find(({ version }) => !isPrerelease(version)) ?? (wantsPre(options) ? known.here[0] : undefined);
  if (final !== undefined) throw alreadyReleased(final.tag);
  const last = known.known.find(({ version }) => !isPrerelease(version))?.tag;
  const range = last === undefined ? {} : { from: last };
  if (options.type === 'auto' && (await isCut(known.git, range))) throw shallowHistory();
  const since = await impactOf(known.git, range);
  const [current] = known.known;
  if (options.type === 'auto' && since.commits === 0 && current !== undefined && !isPrerelease(current.version)) throw nothingNew(current.tag);
  return { ...shown(known), since, next: nextVersion({ known: known.known, impact: since, ...options }) };
}

/** What there is, without asking for more; undefined outside git. */
export async function knownTags(product: VersionedProduct, signal: AbortSignal): Promise<Pick<Versions, 'current' | 'here'> | undefined> {
  const known = await knownVersions(product, signal);
  return known && shown(known);
}

/** Throws where HEAD descends from this version or a higher one, unless it is tagged with this one. */
export async function refuseBackwards(product: VersionedProduct, version: string, signal: AbortSignal): Promise<void> {
  const bare = versionOfTag(version, '');
  // no version: that is refused where it is read
  const known = bare === undefined ? undefined : await knownVersions(product, signal);
  const [highest] = known?.known ?? [];
  if (bare === undefined || highest === undefined || known?.here.some((one) => one.version === bare)) return;
  if (semverCompare(bare, highest.version) <= 0) throw backwards(bare, highest.tag);
}

function wantsPre({ type, pre }: ReleaseTypeOptions): boolean {
  return type === 'prerelease' || pre !== undefined;
}

function shown({ known: [current], here }: Known): Pick<Versions, 'current' | 'here'> {
  return { here, ...(current === undefined ? {} : { current }) };
}

async function knownVersions({ root, tagPrefix }: VersionedProduct, signal: AbortSignal): Promise<Known | undefined> {
  const git = await openGit(root, { tagPrefix, signal });
  if (git === undefined) return undefined;
  const [merged, here] = await Promise.all([tagsOf(git, '--merged=HEAD'), tagsOf(git, '--points-at=HEAD')]);
  const known = versionTags(merged, tagPrefix);
  if (known.length === 0 && (await run(git, ['rev-parse', '--is-shallow-repository'])) === 'true') throw shallowHistory();
  return { git, known, here: versionTags(here, tagPrefix) };
}

async function impactOf(git: Git, range: HistoryRange): Promise<Impact> {
  const impact = { commits: 0, breaking: 0, features: 0 };
  for await (const { parents, message } of history(git, range)) {
    if (parents.length > 1) continue;
    const { type, breaking } = parseCommitMessage(message);
    impact.commits++;
    if (breaking !== undefined) impact.breaking++;
    else if (type === 'feat') impact.features++;
  }
  return impact;
}
