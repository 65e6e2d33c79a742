import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import { checkObjectKey } from '../key.ts';
import { isReply, REPLY } from './error.ts';
import { connected, type Place } from './place.ts';
import { lstat, unlessAbsent } from './requests.ts';
import type { Session } from './session.ts';

type Signal = AbortSignal | undefined;

export interface Found {
  readonly path: string;
  readonly stats: Stats;
}

/** A connection and the folder of the objects there. */
export interface Site {
  readonly place: Place;
  readonly session: Session;
  readonly root: string;
}

export async function siteOf(place: Place, signal: Signal): Promise<Site> {
  const session = await connected(place, signal);
  place.root ??= await absolute(session, place.server.root);
  return { place, session, root: place.root };
}

/** Servers start in the user's folder. */
async function absolute(session: Session, path: string): Promise<string> {
  if (path.startsWith('/')) return posix.resolve(path);
  const home = await session.call<string>((sftp, done) => sftp.realpath('.', done));
  return posix.resolve(home, path);
}

/** The file or link of a key, when there is one. Links on the way to it could lead out of the root and are not followed. */
export async function findObject({ session, root }: Site, key: string, signal: Signal): Promise<Found | undefined> {
  const path = posix.join(root, key);
  const [stats, ...folders] = await Promise.all([path, ...parentsOf(root, key)].map((each) => lstat(session, each, signal)));
  if (folders.some((folder) => folder?.isSymbolicLink())) throw linkInTheWay(key);
  return stats && (stats.isFile() || stats.isSymbolicLink()) ? { path, stats } : undefined;
}

/** Where the object of a key goes; makes the folders on the way. */
export async function makeRoom({ session, root }: Site, key: string, signal: Signal): Promise<string> {
  const folders = [root, ...parentsOf(root, key)];
  const found = await Promise.all(folders.map((folder) => (folder === root ? stat(session, root, signal) : lstat(session, folder, signal))));
  if (found.some((each) => each?.isSymbolicLink())) throw linkInTheWay(key);
  const wrong = found.findIndex((each) => each && !each.isDirectory());
  if (wrong >= 0) throw new Error(`Cannot write "${key}": "${folders[wrong]}" is not a directory`);
  if (!found[0]) await makeFolders(session, root);
  for (const [index, folder] of folders.entries()) if (index > 0 && !found[index]) await makeFolder(session, folder);
  return posix.join(root, key);
}

/** The folder of the objects, or the nearest one above it, which it will be made in. */
export async function checkRoot({ session, root }: Pick<Site, 'session' | 'root'>, signal: Signal): Promise<void> {
  const found = await stat(session, root, signal);
  if (found && !found.isDirectory()) throw new Error(`Cannot write below "${root}": it is not a directory`);
  if (!found && root !== '/') await checkRoot({ session, root: posix.dirname(root) }, signal);
}

/** Removes folders that became empty, from this one up to the root, which stays. */
export async function prune({ session, root }: Site, folder: string): Promise<void> {
  for (let path = folder; path !== root && path.startsWith(root); path = posix.dirname(path)) {
    if (!(await removeEmpty(session, path))) return;
  }
}

/** Outermost first. */
function parentsOf(root: string, key: string): readonly string[] {
  const segments = checkObjectKey(key);
  return segments.slice(0, -1).map((_, index) => posix.join(root, ...segments.slice(0, index + 1)));
}

/** The root may be a link: who configured it chose so. */
async function stat(session: Session, path: string, signal: Signal): Promise<Stats | undefined> {
  return await unlessAbsent(session.call<Stats>((sftp, done) => sftp.stat(path, done), signal));
}

async function makeFolders(session: Session, path: string): Promise<void> {
  if (path === '/' || (await stat(session, path, undefined))) return;
  await makeFolders(session, posix.dirname(path));
  await makeFolder(session, path);
}

/** Somebody else may make it at the same time. */
async function makeFolder(session: Session, path: string): Promise<void> {
  try {
    await session.call((sftp, done) => sftp.mkdir(path, done as () => void));
  } catch (error) {
    if (!(await lstat(session, path))?.isDirectory()) throw error;
  }
}

/** False when it is not empty, or gone already. The protocol has one answer for all that can be wrong. */
async function removeEmpty(session: Session, path: string): Promise<boolean> {
  try {
    await session.call((sftp, done) => sftp.rmdir(path, done as () => void));
    return true;
  } catch (error) {
    if (isReply(error, REPLY.NO_SUCH_FILE, REPLY.FAILURE)) return false;
    throw error;
  }
}

function linkInTheWay(key: string): Error {
  return new Error(`Cannot use key "${key}": a folder on its way is a symbolic link`);
}
