import semverCompare from 'semver/functions/compare-build.js';
import semverInc from 'semver/functions/inc.js';
import semverParse from 'semver/functions/parse.js';
import type { VersionTag } from '../model/version-tags.ts';
import { isPrerelease } from '../model/version-tags.ts';
import { backwards, wrongPreId } from './errors.ts';
import type { ReleaseType } from './release-type.ts';

/** What the commits since the last release amount to. */
export interface Impact {
  readonly commits: number;
  readonly breaking: number;
  readonly features: number;
}

export interface NextInput {
  /** Versions HEAD descends from, the highest first. */
  readonly known: readonly VersionTag[];
  readonly type: ReleaseType;
  /** A pre-release: with this identifier, or the usual one. */
  readonly pre?: string | true;
  /** Needed for `auto`. */
  readonly impact?: Impact;
}

export interface NextVersion {
  readonly version: string;
  readonly why: string;
}

const USUAL_ID = 'rc';

/** The version after those there are. Throws where it would not be above all of them. */
export function nextVersion({ known, type, pre, impact = NOTHING }: NextInput): NextVersion {
  const current = known[0]?.version ?? '0.0.0';
  const stable = known.find(({ version }) => !isPrerelease(version))?.version ?? '0.0.0';
  const { target, why } = type === 'auto' ? byImpact({ current, stable }, impact) : byType(current, type);
  const id = preId(current, { type, pre });
  const version = id === undefined ? target : numbered(target, id, known);
  if (known[0] !== undefined && semverCompare(version, current) <= 0) throw backwards(version, known[0].tag);
  return { version, why };
}

const NOTHING: Impact = { commits: 0, breaking: 0, features: 0 };

interface Target {
  /** Without a pre-release. */
  readonly target: string;
  readonly why: string;
}

/** As npm counts: a pre-release is followed by its release, unless more was asked for. */
function byType(current: string, type: Exclude<ReleaseType, 'auto'>): Target {
  const target = type === 'prerelease' && isPrerelease(current) ? core(current) : inc(current, type === 'prerelease' ? 'patch' : type);
  return { target, why: type };
}

/** Below 1.0.0 everything may change at any time (semver 4): what breaks counts as a feature does. */
function byImpact({ current, stable }: { readonly current: string; readonly stable: string }, { commits, breaking, features }: Impact): Target {
  const early = (semverParse(stable)?.major ?? 0) === 0;
  const first = stable === '0.0.0';
  const bump = breaking > 0 && !early ? 'major' : breaking + features > 0 || first ? 'minor' : 'patch';
  const wanted = inc(stable, bump);
  // a pre-release has promised that much already
  const target = isPrerelease(current) && semverCompare(core(current), wanted) > 0 ? core(current) : wanted;
  const counts = [...(breaking > 0 ? [`${breaking} breaking`] : []), ...(features > 0 ? [plural(features, 'feature')] : [])];
  const list = counts.length === 0 ? '' : `, ${counts.join(', ')}`;
  const rule = breaking > 0 && early ? '; below 1.0.0 what breaks is a minor' : '';
  return { target, why: `${bump}: ${plural(commits, 'commit')}${list}${rule}` };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function preId(current: string, { type, pre }: { readonly type: ReleaseType; readonly pre: NextInput['pre'] | undefined }): string | undefined {
  if (pre === undefined && type !== 'prerelease') return undefined;
  if (typeof pre === 'string') return checkedId(pre);
  const own = semverParse(current)?.prerelease[0];
  return typeof own === 'string' ? own : USUAL_ID;
}

/** semver 9; a number would be counted on with. */
function checkedId(id: string): string {
  if (/^[0-9A-Za-z-]*[A-Za-z-][0-9A-Za-z-]*$/.test(id)) return id;
  throw wrongPreId(id);
}

/** `1.5.0-rc.3` after `1.5.0-rc.2`. */
function numbered(target: string, id: string, known: readonly VersionTag[]): string {
  const numbers = known.flatMap(({ version }) => {
    const [own, number = 0, ...more] = semverParse(version)?.prerelease ?? [];
    return core(version) === target && own === id && typeof number === 'number' && more.length === 0 ? [number] : [];
  });
  return `${target}-${id}.${Math.max(0, ...numbers) + 1}`;
}

function core(version: string): string {
  const parsed = semverParse(version);
  return parsed ? `${parsed.major}.${parsed.minor}.${parsed.patch}` : version;
}

function inc(version: string, type: 'major' | 'minor' | 'patch'): string {
  return semverInc(version, type) ?? version;
}
