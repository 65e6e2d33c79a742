import type { Distribution, Finding } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';
import { linkedPath } from '../link.ts';
import { compare } from './compare.ts';
import { checkLineEnds, checkProgram } from './content-checks.ts';
import * as found from './findings.ts';
import type { Listed } from './listed.ts';
import { checkNames } from './name-checks.ts';

export interface Archive {
  /** File name. */
  readonly name: string;
  readonly ext: string;
  /** In the order they are stored. */
  readonly entries: readonly Listed[];
  readonly distribution: Distribution | undefined;
}

/** Everything that can be wrong with an archive's tree (formats/archives.md 7), against its distribution when that is known. */
export function checkArchive(archive: Archive): readonly Finding[] {
  const { entries } = archive;
  const unsafe = entries.flatMap(({ path }) => unsafePath(path));
  if (unsafe.length > 0) return unsafe;
  const top = topFolder(archive);
  const inside = top.folder === undefined ? entries : withoutTop(entries, top.folder);
  return [
    ...top.findings,
    ...checkOrder(entries),
    ...checkTimes(entries),
    ...entries.flatMap(checkOwner),
    ...checkTree(inside, archive.distribution),
  ];
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

function topFolder({ name, ext, entries }: Archive): { readonly folder?: string; readonly findings: readonly Finding[] } {
  const expected = name.endsWith(`.${ext}`) ? name.slice(0, -ext.length - 1) : name;
  const [top, ...others] = new Set(entries.map(({ path }) => path.split('/')[0] as string));
  if (top === undefined || others.length > 0) return { findings: [found.noTop(name, expected)] };
  const [first] = entries;
  const named = top === expected ? [] : [found.otherTop(name, top, expected)];
  return { folder: top, findings: first?.path === top && first.type === 'directory' ? named : [...named, found.topNotFirst(name, top)] };
}

function withoutTop(entries: readonly Listed[], top: string): readonly Listed[] {
  return entries.filter(({ path }) => path !== top).map((entry) => ({ ...entry, path: entry.path.slice(top.length + 1) }));
}

function checkOrder(entries: readonly Listed[]): readonly Finding[] {
  return pairs(entries).flatMap(([before, { path }]) =>
    Buffer.compare(Buffer.from(before.path), Buffer.from(path)) > 0 ? [found.unsorted(path, before.path)] : [],
  );
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.slice(1).map((item, index) => [items[index] as T, item]);
}

function checkTimes(entries: readonly Listed[]): readonly Finding[] {
  const first = entries[0]?.mtime;
  return entries.flatMap(({ path, mtime }) =>
    mtime === first || mtime === undefined || first === undefined ? [] : [found.otherTime(path, mtime, first)],
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
