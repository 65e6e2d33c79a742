import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { badOutput } from './errors.ts';

/** A path below the project, or the project itself, also where links on the way are followed. What is not there yet may come. */
export function inProject(root: string, path: string): string {
  const full = resolve(root, path);
  if (!within(resolve(root), full) || !within(realpathSync(root), real(full))) throw badOutput(path);
  return full;
}

export function within(home: string, path: string): boolean {
  const way = relative(home, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** As far as it exists. */
function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(real(parent), basename(path));
}
