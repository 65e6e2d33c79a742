import semverCompare from 'semver/functions/compare-build.js';
import semverInc from 'semver/functions/inc.js';
import semverParse from 'semver/functions/parse.js';
import { DistError, EXIT } from '../errors.ts';

/** What the version and the date are made from. */
export interface GitFacts {
  /** Full id of HEAD. */
  readonly commit: string;
  /** HEAD's committer time, seconds since 1970 UTC. */
  readonly time: number;
  /** Changed or untracked files, our own outputs and ignored ones left out. */
  readonly dirty: boolean;
  /** Tags at HEAD, in the order of their bytes. */
  readonly tags: readonly string[];
  /** The tag with the highest version HEAD descends from. */
  readonly lastTag?: string;
  /** Commits since `lastTag`; all of them without one. */
  readonly commitsSince: number;
  /** A shallow clone lacks tags and history. */
  readonly shallow: boolean;
  /** The remote's address without user, password and query. */
  readonly remote?: string;
}

export interface VersionOptions {
  readonly snapshot: boolean;
  /** `--version`. */
  readonly override?: string;
  readonly tagPrefix: string;
}

export interface ResolvedVersion {
  readonly version: string;
  readonly snapshot: boolean;
}

/** A version that `--snapshot` made; a later command that names it works on the same snapshot. */
const SNAPSHOT = /[-.]snapshot(?:\.\d+\.g[0-9a-f]{7}(?:\.dirty)?)?$/;

/** The release's version: `override`, else a literal, else the highest tag at HEAD; `--snapshot` derives one from history. */
export function resolveVersion(configured: string, git: GitFacts | undefined, options: VersionOptions): ResolvedVersion {
  const literal = literalVersion(configured, options.override);
  if (literal !== undefined && SNAPSHOT.test(literal)) return { version: literal, snapshot: true };
  if (options.snapshot) return { version: snapshotVersion(literal, git, options.tagPrefix), snapshot: true };
  return { version: literal ?? taggedVersion(git, options.tagPrefix), snapshot: false };
}

/** The version a tag names (`{prefix}`, an optional `v`, semver); undefined for any other tag. */
export function versionOfTag(tag: string, prefix: string): string | undefined {
  return tag.startsWith(prefix) ? strict(tag.slice(prefix.length)) : undefined;
}

/** The tag with the highest version; undefined when none names one. */
export function highestTag(tags: readonly string[], prefix: string): string | undefined {
  const named = tags.flatMap((tag) => ({ tag, version: versionOfTag(tag, prefix) ?? '' })).filter(({ version }) => version !== '');
  return named.sort((a, b) => semverCompare(b.version, a.version))[0]?.tag;
}

export interface ReleaseDate {
  /** Seconds since 1970 UTC. */
  readonly date: number;
  /** What people should know of it. */
  readonly notice?: string;
}

/** 1980-01-01: the first moment zip can hold. */
const FALLBACK_DATE = 315_532_800;

/** The last second of the year 9999. */
const DATE_MAX = 253_402_300_799;

/** The time of everything in the release: SOURCE_DATE_EPOCH, else HEAD's commit time, else 1980-01-01 UTC. */
export function releaseDate(epoch: string | undefined, git: GitFacts | undefined): ReleaseDate {
  if (epoch !== undefined && epoch !== '') return { date: parseEpoch(epoch) };
  if (git) return { date: git.time };
  return { date: FALLBACK_DATE, notice: 'neither SOURCE_DATE_EPOCH nor a git commit gives a date: every timestamp is 1980-01-01T00:00:00Z' };
}

function parseEpoch(epoch: string): number {
  const date = /^\d{1,12}$/.test(epoch) ? Number(epoch) : Number.NaN;
  if (date <= DATE_MAX) return date;
  throw usage('date-invalid', `Cannot use SOURCE_DATE_EPOCH "${epoch}": it is not a number of seconds since 1970 before the year 10000`);
}

function literalVersion(configured: string, override: string | undefined): string | undefined {
  if (override !== undefined) return strict(override) ?? refuse('--version', override);
  return configured === 'git' ? undefined : (strict(configured) ?? refuse('version', configured));
}

/** The semver text without its optional `v`; undefined when it is anything else. */
function strict(text: string): string | undefined {
  const bare = text.replace(/^v(?=\d)/, '');
  const parsed = semverParse(bare);
  if (parsed === null) return undefined;
  const build = parsed.build.length === 0 ? '' : `+${parsed.build.join('.')}`;
  return `${parsed.version}${build}` === bare ? bare : undefined;
}

function taggedVersion(git: GitFacts | undefined, prefix: string): string {
  if (!git) throw noGit();
  const tag = highestTag(git.tags, prefix);
  const version = tag === undefined ? undefined : versionOfTag(tag, prefix);
  return version ?? noTag(git, prefix);
}

function snapshotVersion(literal: string | undefined, git: GitFacts | undefined, prefix: string): string {
  if (literal === undefined && !git) throw noGit();
  const base = literal ?? nextPatch(git?.lastTag, prefix);
  const place = git ? `.${git.commitsSince}.g${git.commit.slice(0, 7)}${git.dirty ? '.dirty' : ''}` : '';
  const [release = base] = base.split('+');
  return `${release}${release.includes('-') ? '.' : '-'}snapshot${place}`;
}

/** Of a pre-release that is the release itself: 1.3.0-rc.1 is followed by 1.3.0. */
function nextPatch(lastTag: string | undefined, prefix: string): string {
  const last = lastTag === undefined ? undefined : versionOfTag(lastTag, prefix);
  return (last === undefined ? null : semverInc(last, 'patch')) ?? '0.0.1';
}

function refuse(key: string, value: string): never {
  throw usage(
    'version-invalid',
    `Cannot use ${key} "${value}": it is not a semantic version`,
    'write MAJOR.MINOR.PATCH, with -PRERELEASE if need be, or "git"',
  );
}

function noGit(): DistError {
  return usage(
    'version-no-git',
    'Cannot read the version from git: the project is not in a git repository with a commit, or git is not on PATH',
    'run inside a git work tree, write a literal "version", or pass --version',
  );
}

function noTag(git: GitFacts, prefix: string): never {
  const other = git.tags.length === 0 ? 'there is none' : `there ${git.tags.length === 1 ? 'is' : 'are'} ${git.tags.join(', ')}`;
  const fetch = git.shallow ? '; this clone is shallow: fetch its tags (git fetch --tags --unshallow)' : '';
  throw usage(
    'version-no-tag',
    `Cannot read the version from git: HEAD ${git.commit.slice(0, 7)} has no tag like "${prefix}v1.2.3"; ${other}`,
    `tag the commit, or use --snapshot${fetch}`,
  );
}

function usage(code: string, message: string, hint?: string): DistError {
  return new DistError(code, message, { exit: EXIT.usage, ...(hint === undefined ? {} : { hint }) });
}
