import { type Dirent, lstatSync, readdirSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { ContentRule } from '../config/config.ts';
import type { DistError } from '../errors.ts';
import { comparePaths } from '../model/path-order.ts';
import { notUtf8, outsideProject, specialFile, unreadable, vanished } from './stage-errors.ts';

/** Looking at sources: names and lstat, no content. */

/** One thing found below a source, by its `/`-separated path there. */
export type Found =
  | { readonly type: 'file'; readonly path: string; readonly file: string; readonly size: number; readonly mtimeMs: number }
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string };

export interface Look {
  readonly rule: ContentRule;
  readonly report: (problem: DistError) => void;
}

export interface Walk extends Look {
  /** Chooses an entry; a directory that is chosen comes with all below it. */
  readonly select: (path: string) => boolean;
  /** Whether to look into a directory that is not chosen itself. */
  readonly descend: (path: string) => boolean;
  /** Whether names that start with a dot count at the top. */
  readonly dots: boolean;
  /** Absolute folders not to look into: what we wrote ourselves earlier. */
  readonly own?: readonly string[];
}

/** What operating systems and version control leave lying about: never part of a distribution. */
const JUNK = /^(?:\.DS_Store|\._.*|__MACOSX|\.git)$/;

/** Walks below a folder in the order of the bytes of names. Symlinks are found, never followed. */
export function walkFolder(folder: string, walk: Walk): readonly Found[] {
  const found: Found[] = [];
  walkInto(folder, { prefix: '', chosen: false }, { walk, found });
  return found;
}

interface Place {
  readonly prefix: string;
  /** Whether a directory above was chosen. */
  readonly chosen: boolean;
}

function walkInto(folder: string, place: Place, { walk, found }: { readonly walk: Walk; readonly found: Found[] }): void {
  for (const dirent of direntsOf(folder, walk)) {
    if (JUNK.test(dirent.name) || (place.prefix === '' && !walk.dots && dirent.name.startsWith('.'))) continue;
    const path = place.prefix + dirent.name;
    const file = join(folder, dirent.name);
    if (walk.own?.includes(file)) continue;
    const chosen = place.chosen || walk.select(path);
    const entry = chosen ? foundAt(file, path, { walk, directory: dirent.isDirectory() }) : undefined;
    if (entry) found.push(entry);
    if (dirent.isDirectory() && (chosen || walk.descend(path))) walkInto(file, { prefix: `${path}/`, chosen }, { walk, found });
  }
}

function direntsOf(folder: string, look: Look): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => comparePaths(a.name, b.name));
  } catch (error) {
    look.report(isMissing(error) ? missing(look.rule, folder) : unreadable(look.rule, folder, error));
    return [];
  }
}

function foundAt(file: string, path: string, { walk, directory }: { readonly walk: Walk; readonly directory: boolean }): Found | undefined {
  if (directory) return { type: 'directory', path };
  const stats = lookAt(file, walk);
  if (stats === undefined) walk.report(missing(walk.rule, file));
  return stats && foundOf(file, path, { stats, look: walk });
}

/** A name of other bytes than UTF-8 is read with replacement characters, and under those it is not there. */
function missing(rule: ContentRule, file: string): DistError {
  return file.includes('\ufffd') ? notUtf8(rule, file) : vanished(rule, file);
}

/** What lstat says is there; undefined when nothing is. */
export function lookAt(file: string, { rule, report }: Look): Stats | undefined {
  try {
    return lstatSync(file);
  } catch (error) {
    if (!isMissing(error)) report(unreadable(rule, file, error));
    return undefined;
  }
}

export function foundOf(file: string, path: string, { stats, look }: { readonly stats: Stats; readonly look: Look }): Found | undefined {
  if (stats.isFile()) return { type: 'file', path, file, size: stats.size, mtimeMs: stats.mtimeMs };
  if (stats.isDirectory()) return { type: 'directory', path };
  if (stats.isSymbolicLink()) return { type: 'symlink', path, target: readlinkSync(file) };
  look.report(specialFile(look.rule, file));
  return undefined;
}

export interface Followed {
  readonly file: string;
  readonly stats: Stats;
}

/**
 * Where a source written by its path really is: symlinks on the way are followed as long as they stay in the project, or in
 * the folder named by a path that is outside by itself. Undefined when nothing is there.
 */
export function follow(file: string, root: string, look: Look): Followed | undefined {
  try {
    const real = realpathSync(file);
    const boundary = isInside(root, file) ? root : dirname(file);
    if (real === file || isInside(realpathSync(boundary), real)) return { file: real, stats: statSync(real) };
    look.report(outsideProject(look.rule, file, real));
  } catch (error) {
    if (!isMissing(error) || lookAt(file, look)) look.report(unreadable(look.rule, file, error));
  }
  return undefined;
}

function isInside(folder: string, file: string): boolean {
  const below = relative(folder, resolve(file));
  return !(below === '..' || below.startsWith('../') || below.startsWith('..\\') || isAbsolute(below));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
