import type { Distribution, Entry } from '@provisioning-dist/core';
import { pathProblem, sha256OfSource } from '@provisioning-dist/payload';
import { installedPath, movedTarget, type PlaceRules } from '../place.ts';
import { ancestors } from '../tree.ts';
import { error, octal, type Problem, warning } from './findings.ts';
import type { Listed } from './listed.ts';

/** What is installed: whether it can be, and whether it is what the distribution holds. */

export function treeProblems(entries: readonly Listed[], date: number | undefined): readonly Problem[] {
  const seen = new Map<string, Listed>();
  const problems: Problem[] = [];
  for (const entry of entries) {
    const { path } = entry;
    const orphan = ancestors(path).find((parent) => seen.get(parent)?.type !== 'directory');
    if (orphan !== undefined) problems.push(error('parent', `The directory "/${orphan}" is not before it`, path));
    if (seen.has(path)) problems.push(error('duplicate', 'The path is there twice', path));
    problems.push(...entryProblems(entry, date));
    seen.set(path, entry);
  }
  return problems;
}

function entryProblems({ path, type, mode, mtime }: Listed, date: number | undefined): readonly Problem[] {
  const bad = pathProblem(path);
  return [
    ...(bad === undefined ? [] : [error('path', `The path cannot be installed: ${bad}`, path)]),
    ...(date === undefined || mtime === date ? [] : [error('time', `The time is ${mtime}, the release's ${date}`, path)]),
    ...(type === 'character' || type === 'block' || type === 'fifo' ? [warning('type', `It is a ${type} device or pipe`, path)] : []),
    ...(type !== 'symlink' && mode & 0o002 && !(mode & 0o1000) ? [error('mode', `Everybody may write: mode ${octal(mode)}`, path)] : []),
    ...(type === 'file' && mode & 0o6000 ? [warning('mode', `It runs with its owner's rights: mode ${octal(mode)}`, path)] : []),
  ];
}

export interface Expected {
  readonly distribution: Distribution;
  /** At their places. */
  readonly services?: readonly Entry[];
}

export function compareTrees(entries: readonly Listed[], { distribution, services = [] }: Expected, rules: PlaceRules): readonly Problem[] {
  const there = new Map(entries.map((entry) => [entry.path, entry]));
  const whole = [...distribution.entries, ...services];
  const moved = new Map([
    ...distribution.entries.map((entry) => [entry.path, installedPath(entry, rules)] as const),
    ...services.map(({ path }) => [path, path] as const),
  ]);
  const expected = new Set([...moved.values()].flatMap((path) => [path, ...ancestors(path)]));
  return [
    ...whole.flatMap((entry) => differences(entry, { there, moved })),
    ...entries.flatMap(({ path }) => (expected.has(path) ? [] : [error('extra', 'The package has it, the distribution not', path)])),
  ];
}

interface Trees {
  readonly there: ReadonlyMap<string, Listed>;
  readonly moved: ReadonlyMap<string, string>;
}

function differences(entry: Entry, { there, moved }: Trees): readonly Problem[] {
  const path = moved.get(entry.path) as string;
  const found = there.get(path);
  // A plain folder may have lost what was in it to another place.
  if (found === undefined && entry.type === 'directory' && entry.mode === 0o755) return [];
  if (found === undefined) return [error('missing', `The distribution has "${entry.path}", the package not`, path)];
  if (found.type !== entry.type) return [different(path, 'type', found.type, entry.type)];
  if (entry.type === 'symlink') return changed(path, 'target', found.target ?? '', movedTarget(entry, path, moved));
  return [
    ...changed(path, 'mode', octal(found.mode), octal(entry.mode)),
    ...changed(path, 'owner', `${found.owner}:${found.group}`, `${entry.owner}:${entry.group}`),
    ...(entry.type === 'file' ? changed(path, 'content', found.digests.sha256, sha256OfSource(entry.source)) : []),
  ];
}

function changed(path: string, what: string, found: string, expected: string): readonly Problem[] {
  return found === expected ? [] : [different(path, what, found, expected)];
}

function different(path: string, what: string, found: string, expected: string): Problem {
  return error('different', `The ${what} is ${found}, in the distribution ${expected}`, path);
}
