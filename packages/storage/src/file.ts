import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import { open, readlink, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { commit, sweep, temporaryPath, underLock } from './file-commit.ts';
import { walkKeys } from './file-list.ts';
import { findObject, isAbsent, makeRoom, NO_FOLLOW, prune, syncDirectory } from './file-path.ts';
import { fileStat, linkStat, readChunks, writeBody } from './file-write.ts';
import { checkPrefix } from './key.ts';
import { type Body, type Condition, PreconditionFailed, type Stat, type Storage, type StoredObject } from './storage.ts';

/** How often a directory may vanish under a write. */
const MAX_TRIES = 10;

type Signal = AbortSignal | undefined;

/**
 * Objects as files below a directory, which is made by the first write. Writers of one key exclude each other, also between
 * processes; links below the root are never followed.
 */
export function fileStorage(root: string, options: { readonly label?: string } = {}): Storage {
  const place = { root: resolve(root), swept: new Set<string>() };
  return {
    label: options.label ?? root,
    get: (key, { signal } = {}) => get(place, key, signal),
    stat: (key, { signal } = {}) => stat(place, key, signal),
    put: (key, body, { signal } = {}) => write(place, key, body, undefined, signal),
    putIf: (key, body, condition, { signal } = {}) => write(place, key, body, condition, signal),
    delete: (key, { signal, etag } = {}) => remove(place, key, etag, signal),
    list: (prefix, { signal } = {}) => list(place, prefix, signal),
  };
}

interface Place {
  readonly root: string;
  /** Directories in which this storage already looked for abandoned temporary files. */
  readonly swept: Set<string>;
}

async function get(place: Place, key: string, signal: Signal): Promise<(Stat & { readonly bytes: Uint8Array }) | undefined> {
  signal?.throwIfAborted();
  const found = await findObject(place.root, key);
  if (!found) return undefined;
  if (found.stats.isSymbolicLink()) throw new Error(`Cannot read "${key}": a symbolic link is there`);
  const chunks: Uint8Array[] = [];
  const facts = await readFile(found.path, signal, (chunk) => chunks.push(Buffer.from(chunk)));
  return facts && { ...facts, bytes: Buffer.concat(chunks) };
}

async function stat(place: Place, key: string, signal: Signal): Promise<Stat | undefined> {
  signal?.throwIfAborted();
  const found = await findObject(place.root, key);
  return found && (await statOf(found.path, found.stats, signal));
}

async function statOf(path: string, stats: Stats, signal: Signal): Promise<Stat | undefined> {
  if (stats.isSymbolicLink()) return linkStat(await readlink(path));
  return await readFile(path, signal);
}

/** Undefined when the file vanished meanwhile. */
async function readFile(path: string, signal: Signal, each?: (chunk: Uint8Array) => void): Promise<Stat | undefined> {
  const source = await open(path, constants.O_RDONLY | NO_FOLLOW).catch(absentAsUndefined);
  if (!source) return undefined;
  try {
    const hash = createHash('sha256');
    let size = 0;
    await readChunks(source, signal, (chunk) => {
      hash.update(chunk);
      size += chunk.length;
      each?.(chunk);
    });
    return fileStat(size, hash.digest('hex'));
  } finally {
    await source.close();
  }
}

function absentAsUndefined(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}

async function write(place: Place, key: string, body: Body, condition: Condition | undefined, signal: Signal): Promise<Stat> {
  const check = () => checkCondition(place, key, condition, signal);
  await check();
  for (let tries = 1; ; tries++) {
    const target = await prepare(place, key);
    const temporary = temporaryPath(target);
    try {
      const written = await writeBody(temporary, key, body, signal);
      await commit(temporary, target, check, signal);
      return written;
    } catch (error) {
      await rm(temporary, { force: true });
      await prune(place.root, dirname(target));
      if (tries === MAX_TRIES || !isDirectoryGone(error, dirname(target))) throw error;
    }
  }
}

/** A delete beside us removed the directory, empty as it was, after we made it. */
function isDirectoryGone(error: unknown, directory: string): boolean {
  const { code, path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  return code === 'ENOENT' && [path, dest].some((place) => place !== undefined && dirname(place) === directory);
}

async function prepare(place: Place, key: string): Promise<string> {
  const target = await makeRoom(place.root, key);
  const directory = dirname(target);
  if (!place.swept.has(directory)) await sweep(directory);
  place.swept.add(directory);
  return target;
}

async function checkCondition(place: Place, key: string, condition: Condition | undefined, signal: Signal): Promise<void> {
  if (condition === undefined) return;
  const found = await stat(place, key, signal);
  const expected = condition === 'absent' ? undefined : condition.etag;
  if (found?.etag !== expected) throw new PreconditionFailed(key, found);
}

async function remove(place: Place, key: string, etag: string | undefined, signal: Signal): Promise<void> {
  signal?.throwIfAborted();
  const found = await findObject(place.root, key);
  if (!found) return;
  try {
    await underLock(found.path, signal, async () => {
      if (etag !== undefined) await checkDeletable(place, key, etag, signal);
      await rm(found.path, { force: true });
    });
    await syncDirectory(dirname(found.path));
  } catch (error) {
    if (!isDirectoryGone(error, dirname(found.path))) throw error;
  }
  await prune(place.root, dirname(found.path));
}

async function checkDeletable(place: Place, key: string, etag: string, signal: Signal): Promise<void> {
  const found = await stat(place, key, signal);
  if (found && found.etag !== etag) throw new PreconditionFailed(key, found);
}

async function* list(place: Place, prefix: string, signal: Signal): AsyncGenerator<StoredObject> {
  for await (const key of walkKeys(place.root, checkPrefix(prefix))) {
    const facts = await stat(place, key, signal);
    if (facts) yield { key, ...facts };
  }
}
