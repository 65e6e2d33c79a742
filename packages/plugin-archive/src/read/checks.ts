import type { Distribution, Finding } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';
import { linkedPath } from '../link.ts';
import { ancestors } from '../tree.ts';
import { compare } from './compare.ts';
import { checkLineEnds, checkProgram } from './content-checks.ts';
import * as found from './findings.ts';
import type { Listed } from './listed.ts';
import { checkNames } from './name-checks.ts';

export interface Archive {
  /** File name. */
  readonly name: string;
  readonly top: ExpectedTop;
  /** The time of every entry, as far as the format can hold it; undefined = any, but one. */
  readonly date?: number | undefined;
  /** In the order they are stored. */
  readonly entries: readonly Listed[];
  readonly distribution: Distribution | undefined;
}

export interface ExpectedTop {
  /** Undefined = none. */
  readonly folder: string | undefined;
  /** Whether the options are known that say so; else it is the default. */
  readonly certain: boolean;
}

/** Everything that can be wrong with an archive's tree (formats/archives.md 7), against its distribution when that is known. */
export function checkArchive(archive: Archive): readonly Finding[] {
  const { entries } = archive;
  const unsafe = entries.flatMap(({ path }) => unsafePath(path));
  if (unsafe.length > 0) return unsafe;
  const { folder, findings } = topFolder(archive);
  return [
    ...findings,
    ...checkOrder(entries),
    ...checkTimes(entries, archive.date),
    ...entries.flatMap(checkOwner),
    ...checkTree(inside(entries, folder), archive.distribution),
  ];
}

/** The entries without their top folder, by their paths below it. */
export function entriesBelowTop(archive: Archive): readonly Listed[] {
  return inside(archive.entries, topFolder(archive).folder);
}

/** The checks that hold for a folder on disk too. */
export function checkTree(entries: readonly Listed[], distribution: Distribution | undefined): readonly Finding[] {
  const os = distribution?.platform?.os;
  const paths = new Set(entries.map(({ path }) => path));
  return [
    ...checkNames(entries, os),
    ...entries.flatMap((entry) => [...checkMode(entry), ...checkType(entry, paths), ...checkProgram(entry, os), ...checkLineEnds(entry, os)]),
    ...(distribution ? compare(entries, distribution) : []),
  ];
}

function unsafePath(path: string): readonly Finding[] {
  const problem = pathProblem(path);
  return problem ? [found.unsafePath(path, problem)] : [];
}

interface FoundTop {
  readonly folder?: string;
  readonly findings: readonly Finding[];
}

function topFolder(archive: Archive): FoundTop {
  const { name, top, entries } = archive;
  if (top.folder === undefined) return { findings: [] };
  const leading = ancestors(top.folder);
  const below = `${top.folder}/`;
  if (entries.length === 0 || !entries.every(({ path }) => leading.includes(path) || path.startsWith(below))) return otherFolder(archive, top.folder);
  const first = leading.every((path, index) => entries[index]?.path === path && entries[index]?.type === 'directory');
  return { folder: top.folder, findings: first ? [] : [found.topNotFirst(name, top.folder)] };
}

function otherFolder({ name, top: { certain }, entries }: Archive, expected: string): FoundTop {
  const [folder, ...others] = new Set(entries.map(({ path }) => path.split('/')[0] as string));
  if (folder === undefined || others.length > 0) return { findings: [found.noTop(name, expected, certain ? 'error' : 'warning')] };
  const named = found.otherTop(name, folder, expected, certain ? 'error' : 'note');
  const [first] = entries;
  return { folder, findings: first?.path === folder && first.type === 'directory' ? [named] : [named, found.topNotFirst(name, folder)] };
}

function inside(entries: readonly Listed[], top: string | undefined): readonly Listed[] {
  if (top === undefined) return entries;
  return entries.flatMap((entry) => (entry.path.startsWith(`${top}/`) ? [{ ...entry, path: entry.path.slice(top.length + 1) }] : []));
}

function checkOrder(entries: readonly Listed[]): readonly Finding[] {
  return pairs(entries).flatMap(([before, { path }]) =>
    Buffer.compare(Buffer.from(before.path), Buffer.from(path)) > 0 ? [found.unsorted(path, before.path)] : [],
  );
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.slice(1).map((item, index) => [items[index] as T, item]);
}

function checkTimes(entries: readonly Listed[], date: number | undefined): readonly Finding[] {
  const expected = date ?? entries[0]?.mtime;
  return entries.flatMap(({ path, mtime }) =>
    mtime === expected || mtime === undefined || expected === undefined
      ? []
      : [found.otherTime(path, mtime, expected, date === undefined ? 'that of the first entry' : "the release's")],
  );
}

function checkOwner({ path, owner }: Listed): readonly Finding[] {
  return owner === undefined || owner === 'root:root (0:0)' ? [] : [found.leakedOwner(path, owner)];
}

function checkMode({ path, type, mode }: Listed): readonly Finding[] {
  return type !== 'symlink' && mode & 0o002 ? [found.openMode(path, mode)] : [];
}

function checkType({ path, type, target }: Listed, paths: ReadonlySet<string>): readonly Finding[] {
  if (type === 'other' || type === 'link') return [found.strangeType(path, type)];
  if (type !== 'symlink' || target === undefined) return [];
  const linked = linkedPath({ path, target });
  if (linked === undefined) return [found.linkOutside(path, target)];
  return linked === '' || paths.has(linked) ? [] : [found.linkBroken(path, target)];
}
