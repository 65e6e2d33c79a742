import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Distribution, Entry } from '@provisioning-dist/core';
import { type Source, sha256OfSource } from '@provisioning-dist/payload';
import { ancestors } from '../../common/paths.ts';
import { docFolder, installedPath, movedTarget, type PlaceRules } from '../../common/place.ts';
import { isLicenseText } from '../copyright.ts';
import { error, octal, type Problem } from './findings.ts';
import type { Listed } from './listed.ts';

export interface Expected {
  readonly distribution: Distribution;
  /** At their places. */
  readonly services: readonly Entry[];
}

/** The tree of data.tar against the distribution it was made from. */
export function compareTrees(entries: readonly Listed[], { distribution, services }: Expected, rules: PlaceRules): readonly Problem[] {
  const there = new Map(entries.map((entry) => [entry.path, entry]));
  const moved = new Map([
    ...distribution.entries.map((entry) => [entry.path, installedPath(entry, rules)] as const),
    ...services.map(({ path }) => [path, path] as const),
  ]);
  const places = [...distribution.entries, ...services].map((entry) => placeOf(entry, moved.get(entry.path) as string, there));
  const expected = new Set(places.flatMap(({ path }) => [path, ...ancestors(path)]));
  const made = madePaths(rules);
  return [
    ...places.flatMap(({ entry, path }) => differences(entry, path, { there, moved, rules })),
    ...entries
      .filter(({ path }) => path !== '' && !expected.has(path) && !made.has(path))
      .map(({ path }) => error('extra', 'The package has it, the distribution not', path)),
  ];
}

/** A man page is compressed on its way. */
function placeOf(entry: Entry, path: string, there: ReadonlyMap<string, Listed>): { readonly entry: Entry; readonly path: string } {
  return { entry, path: !there.has(path) && there.has(`${path}.gz`) ? `${path}.gz` : path };
}

function madePaths(rules: PlaceRules): ReadonlySet<string> {
  const made = [`${docFolder(rules)}/copyright`, `${docFolder(rules)}/changelog.Debian.gz`, `usr/share/lintian/overrides/${rules.package}`];
  return new Set(made.flatMap((path) => [path, ...ancestors(path)]));
}

interface Trees {
  readonly there: ReadonlyMap<string, Listed>;
  readonly moved: ReadonlyMap<string, string>;
  readonly rules: PlaceRules;
}

function differences(entry: Entry, path: string, { there, moved, rules }: Trees): readonly Problem[] {
  const found = there.get(path);
  if (found === undefined)
    return isFolded(entry, path, { there, rules }) || isPlainFolder(entry)
      ? []
      : [error('missing', `The distribution has "${entry.path}", the package not`, path)];
  if (found.type !== entry.type) return [different(path, 'type', found.type, entry.type)];
  if (entry.type === 'symlink') return targetDifference(found, movedTarget(entry, path, moved), path);
  const mode = found.mode === entry.mode ? [] : [different(path, 'mode', octal(found.mode), octal(entry.mode))];
  const owner =
    found.owner === entry.owner && found.group === entry.group
      ? []
      : [different(path, 'owner', `${found.owner}:${found.group}`, `${entry.owner}:${entry.group}`)];
  return [...mode, ...owner, ...(entry.type === 'file' ? contentDifference(found, entry.source, path) : [])];
}

function targetDifference({ target = '' }: Listed, expected: string, path: string): readonly Problem[] {
  return target === expected || (path.endsWith('.gz') && target === `${expected}.gz`)
    ? []
    : [different(path, 'target', `"${target}"`, `"${expected}"`)];
}

/** A text of the license that the copyright file tells. */
function isFolded({ path: from }: Entry, path: string, { there, rules }: Pick<Trees, 'there' | 'rules'>): boolean {
  return isLicenseText(from) && path.startsWith(`${docFolder(rules)}/`) && there.has(`${docFolder(rules)}/copyright`);
}

/** It led to what is elsewhere now. */
function isPlainFolder({ type, mode }: Entry): boolean {
  return type === 'directory' && mode === 0o755;
}

function contentDifference(found: Listed, source: Source, path: string): readonly Problem[] {
  const expected = sha256OfSource(source);
  if (found.sha256 === expected) return [];
  const plain = path.endsWith('.gz') && found.bytes ? unpacked(found.bytes) : undefined;
  if (plain !== undefined && createHash('sha256').update(plain).digest('hex') === expected) return [];
  return [different(path, 'content', `${found.sha256}`, expected)];
}

/** Man pages; far larger ones are no pages. */
const PAGE_MAX = 64 * 1024 * 1024;

function unpacked(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: PAGE_MAX });
  } catch {
    // It is then what it is: other bytes.
    return undefined;
  }
}

function different(path: string, what: string, found: string, expected: string): Problem {
  return error('different', `The ${what} is ${found}, in the distribution ${expected}`, path);
}
