import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hasEnded, newToken, type ProcessId, temporarySuffix, thisProcess } from './process.ts';

/** Bytes; a larger file is no lock of ours. */
const MAX_LOCK = 4096;

/** Who holds a lock. */
export interface LockHolder extends ProcessId {
  /** Differs for every lock ever taken. */
  readonly token: string;
  /** When it was taken, ISO 8601. */
  readonly since: string;
}

/** A lock file whose content cannot be read as a holder. */
export interface UnknownHolder {
  readonly token: string;
}

export interface FileLock {
  readonly holder: LockHolder;
  release(): Promise<void>;
}

/** Whether the holder's lock may be taken away. */
export type Verdict = (holder: LockHolder | UnknownHolder) => boolean;

/** The lock, or who has it. A holder for whom `isDead` says yes is replaced; by default one whose process ended on this host. */
export async function takeLock(path: string, isDead: Verdict = holderEnded): Promise<FileLock | LockHolder | UnknownHolder> {
  const holder: LockHolder = { ...thisProcess(), token: newToken(), since: new Date().toISOString() };
  const other = await acquire(path, holder, isDead);
  return other ?? { holder, release: () => release(path, holder) };
}

export function isLock(answer: FileLock | LockHolder | UnknownHolder): answer is FileLock {
  return 'release' in answer;
}

export function holderEnded(holder: LockHolder | UnknownHolder): boolean {
  return 'pid' in holder && hasEnded(holder);
}

/** Answers nothing when the lock is ours, else who holds it. */
async function acquire(path: string, mine: LockHolder, isDead: Verdict): Promise<LockHolder | UnknownHolder | undefined> {
  while (!(await create(path, mine))) {
    const holder = await readHolder(path);
    if (!holder) continue;
    if (!isDead(holder)) return holder;
    // A guard named after the dead holder: of all who found it dead, one replaces it, and only while it is still there.
    const guard = `${path}.${holder.token}`;
    const rival = await acquire(guard, mine, isDead);
    if (rival) return rival;
    try {
      if (await replace(path, holder, mine)) return undefined;
    } finally {
      await rm(guard, { force: true });
    }
  }
  return undefined;
}

async function replace(path: string, dead: UnknownHolder, mine: LockHolder): Promise<boolean> {
  if ((await readHolder(path))?.token !== dead.token) return false;
  const temporary = await writeTemporary(path, mine);
  await rename(temporary, path);
  return true;
}

/** link(2) makes the name appear with its content complete, and fails if the name is taken. */
async function create(path: string, mine: LockHolder): Promise<boolean> {
  const temporary = await writeTemporary(path, mine);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
    return await createUnlinked(path, mine);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** For file systems without hard links: a reader may find the file empty for a moment, which counts as an unknown holder. */
async function createUnlinked(path: string, mine: LockHolder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(mine), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function writeTemporary(path: string, mine: LockHolder): Promise<string> {
  const temporary = `${path}-${temporarySuffix()}`;
  try {
    await writeFile(temporary, JSON.stringify(mine), { flag: 'wx' });
    return temporary;
  } catch (error) {
    // a full disk makes the name and not the content
    await rm(temporary, { force: true });
    throw error;
  }
}

async function readHolder(path: string): Promise<LockHolder | UnknownHolder | undefined> {
  try {
    const stats = await lstat(path, { bigint: true });
    const text = stats.isFile() && stats.size <= MAX_LOCK ? await readFile(path, 'utf8') : '';
    return parseHolder(text) ?? { token: unknownToken(stats) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function parseHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockHolder> | null;
    const valid = typeof value?.host === 'string' && Number.isInteger(value.pid) && Number(value.pid) > 0 && /^[0-9a-f]{16}$/.test(value.token ?? '');
    return valid ? (value as LockHolder) : undefined;
  } catch {
    return undefined;
  }
}

function unknownToken({ ino, size, ctimeNs }: BigIntStats): string {
  return createHash('sha256').update(`${ino} ${size} ${ctimeNs}`).digest('hex').slice(0, 16);
}

/** Leaves the file alone when somebody broke the lock in between. */
async function release(path: string, holder: LockHolder): Promise<void> {
  if ((await readHolder(path))?.token === holder.token) await rm(path, { force: true });
}
