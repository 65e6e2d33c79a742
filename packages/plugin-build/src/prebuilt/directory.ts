import { globSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { BuildOutput } from '@provisioning-dist/core';
import { emptySource, filesOfNoDirectory, leadsOut, memberMissing, notAFile, nothingMatches, sourceMissing, unreadable } from './errors.ts';
import { checkName } from './names.ts';
import { type DirectoryRequest, distinct, type Pick } from './request.ts';

const MAGIC = /[*?[\]{}!]/;

/** Outputs that stay where they are: nothing is copied. */
export function fromDirectory(root: string, { from, picks }: DirectoryRequest): readonly BuildOutput[] {
  const path = resolve(root, from);
  const stats = stat(path);
  if (stats?.isDirectory()) return picks ? picked(root, path, picks) : whole(root, path, from);
  if (stats && picks) throw filesOfNoDirectory(from);
  if (stats) return [output(root, dirname(path), { name: basename(path), path: basename(path) })];
  if (!MAGIC.test(from)) throw missing(path, from);
  if (picks) throw filesOfNoDirectory(from);
  return matching(root, from);
}

/** Files directly in the directory; hidden ones are the tools' own (`.gitkeep`, `.DS_Store`). */
function whole(root: string, directory: string, from: string): readonly BuildOutput[] {
  const names = (list(directory) ?? []).filter((name) => !name.startsWith('.') && !stat(resolve(directory, name))?.isDirectory());
  if (names.length === 0) throw emptySource(from);
  return names.sort().map((name) => output(root, directory, { name, path: name }));
}

function picked(root: string, directory: string, picks: readonly Pick[]): readonly BuildOutput[] {
  return picks.map((pick) => {
    if (!stat(resolve(directory, pick.path))) throw memberMissing(pick.path, `"${directory}"`, tree(directory));
    return output(root, directory, pick);
  });
}

function matching(root: string, pattern: string): readonly BuildOutput[] {
  const paths = globSync(pattern, { cwd: root }).map((path) => path.split(sep).join('/'));
  const files = paths.filter((path) => !stat(resolve(root, path))?.isDirectory()).sort();
  const fixed = dirname(`${pattern.slice(0, pattern.search(MAGIC))}x`);
  if (files.length === 0) throw nothingMatches(pattern, fixed, list(resolve(root, fixed)));
  return distinct(files.map((path) => ({ name: basename(path), path }))).map((pick) =>
    output(root, resolve(root, fixed), { name: pick.name, path: relative(resolve(root, fixed), resolve(root, pick.path)) }),
  );
}

/** A link is followed as long as it stays in the project or in the source. */
function output(root: string, directory: string, { name, path }: Pick): BuildOutput {
  const file = resolve(directory, path);
  const stats = stat(file);
  if (!stats) throw notAFile(path, `"${directory}"`, 'a link to nothing');
  if (!stats.isFile()) throw notAFile(path, `"${directory}"`, stats.isDirectory() ? 'a directory' : 'a special file');
  const real = realpathSync(file);
  if (![root, directory].some((home) => within(realpathSync(home), real))) throw leadsOut(file, real);
  return { name: checkName(name), file: real };
}

/** Whether `path` is below `home`; both resolved. */
function within(home: string, path: string): boolean {
  const way = relative(home, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function missing(path: string, from: string): Error {
  const parent = dirname(path);
  return sourceMissing(from, parent, list(parent));
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

export function list(directory: string): string[] | undefined {
  if (!stat(directory)?.isDirectory()) return undefined;
  try {
    return readdirSync(directory);
  } catch (cause) {
    throw unreadable(directory, cause);
  }
}

/** Paths of the files below a directory, for messages. */
function tree(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, resolve(entry.parentPath, entry.name)).split(sep).join('/'));
}
