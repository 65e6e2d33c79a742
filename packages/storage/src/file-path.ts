import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkObjectKey } from './key.ts';

/** On Windows the flag does not exist, and neither do links for users without the privilege. */
export const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0;

// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
const WINDOWS_ILLEGAL = /[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** Throws TypeError for a key that could not be a file here. */
export function checkFileKey(key: string): readonly string[] {
  const segments = checkObjectKey(key);
  if (process.platform === 'win32' && segments.some((segment) => WINDOWS_ILLEGAL.test(segment)))
    throw new TypeError(`Cannot use key ${JSON.stringify(key)}: Windows does not allow the name`);
  return segments;
}

/** The file or link of a key, when there is one. */
export async function findObject(root: string, key: string): Promise<{ readonly path: string; readonly stats: Stats } | undefined> {
  const segments = checkFileKey(key);
  const directory = await walk(root, key, segments.slice(0, -1));
  if (directory === undefined) return undefined;
  const path = join(directory, segments.at(-1) ?? '');
  const stats = await lstatIfThere(path);
  return stats && (stats.isFile() || stats.isSymbolicLink()) ? { path, stats } : undefined;
}

/** Where the object of a key goes; makes the directories on the way. */
export async function makeRoom(root: string, key: string): Promise<string> {
  const segments = checkFileKey(key);
  await makeRoot(root);
  let path = root;
  for (const segment of segments.slice(0, -1)) {
    path = join(path, segment);
    await makeDirectory(path, key);
  }
  return join(path, segments.at(-1) ?? '');
}

/** Removes directories that became empty, from this one up to the root, which stays. */
export async function prune(root: string, directory: string): Promise<void> {
  for (let path = directory; path !== root && path.startsWith(root); path = dirname(path)) {
    if (!(await removeEmpty(path))) return;
  }
}

/** Makes names in a directory durable. Windows cannot, and does not need to. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function lstatIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Follows no link below the root: it could lead out of it. Answers nothing when a directory is missing. */
async function walk(root: string, key: string, segments: readonly string[]): Promise<string | undefined> {
  let path = root;
  for (const segment of segments) {
    path = join(path, segment);
    const stats = await lstatIfThere(path);
    if (stats?.isSymbolicLink()) throw linkInTheWay(key, path);
    if (!stats?.isDirectory()) return undefined;
  }
  return path;
}

async function makeRoot(root: string): Promise<void> {
  const first = await mkdir(root, { recursive: true });
  if (first) await syncDirectory(dirname(first));
}

async function makeDirectory(path: string, key: string): Promise<void> {
  const stats = await lstatIfThere(path);
  if (stats?.isSymbolicLink()) throw linkInTheWay(key, path);
  if (stats && !stats.isDirectory()) throw new Error(`Cannot write "${key}": "${path}" is not a directory`);
  if (stats) return;
  try {
    await mkdir(path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** False when it is not empty, or gone already. */
async function removeEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}

function linkInTheWay(key: string, path: string): Error {
  return new Error(`Cannot use key "${key}": "${path}" is a symbolic link`);
}
