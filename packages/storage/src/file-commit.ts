import { createHash } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESERVED, syncDirectory } from './file-path.ts';
import { type FileLock, holderEnded, isLock, type LockHolder, takeLock, type UnknownHolder } from './lock.ts';
import { hasEnded, newToken, thisProcess } from './process.ts';

/** Milliseconds after which a lock nobody here can judge (another host, unreadable) is taken over. It is held for a rename. */
const LEASE = 30_000;
const POLL = 5;

/** A temporary name beside the target; it says who writes it, so that others know when it is abandoned. */
export function temporaryPath(target: string): string {
  const { pid, start } = thisProcess();
  return join(dirname(target), `${RESERVED}${hostId()}-${pid}-${start ?? 0}-${newToken()}.tmp`);
}

/** Replaces the target by the temporary file, alone: `check` runs under the target's lock and throws when it must not happen. */
export async function commit(temporary: string, target: string, check: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const lock = lockPath(target);
  await underLock(target, signal, async () => {
    await check();
    // The lock becomes the object: after the last rename nothing of ours is left behind, whenever the process dies.
    await rename(temporary, lock);
    await renameOrRemove(lock, target);
  });
  await syncDirectory(dirname(target));
}

async function renameOrRemove(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    await rm(from, { force: true });
    throw error;
  }
}

export async function underLock(target: string, signal: AbortSignal | undefined, action: () => Promise<void>): Promise<void> {
  const lock = await waitForLock(lockPath(target), signal);
  try {
    await action();
  } finally {
    await lock.release();
  }
}

/** Removes temporary files of processes that ended. */
export async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (isAbandoned(name)) await rm(join(directory, name), { force: true });
  }
}

function isAbandoned(name: string): boolean {
  const [, host, pid, start] = /^\.~([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]+\.tmp$/.exec(name) ?? [];
  if (host !== hostId()) return false;
  const { host: here } = thisProcess();
  return hasEnded({ host: here, pid: Number(pid), ...(start !== '0' && start && { start }) });
}

/** Of the host and its boot: process numbers start anew with each. */
function hostId(): string {
  const { host, boot } = thisProcess();
  return createHash('sha256')
    .update(`${host} ${boot ?? ''}`)
    .digest('hex')
    .slice(0, 8);
}

/** Short whatever the target's name is. */
function lockPath(target: string): string {
  const id = createHash('sha256').update(basename(target)).digest('hex').slice(0, 16);
  return join(dirname(target), `${RESERVED}${id}.lock`);
}

async function waitForLock(path: string, signal: AbortSignal | undefined): Promise<FileLock> {
  const isDead = patience();
  for (;;) {
    signal?.throwIfAborted();
    const answer = await takeLock(path, isDead);
    if (isLock(answer)) return answer;
    await sleep(POLL + Math.random() * POLL, undefined, { ...(signal && { signal }) });
  }
}

/** Gives a holder up once the same one was seen for a whole lease, unless it runs here. */
function patience(): (holder: LockHolder | UnknownHolder) => boolean {
  let seen = { token: '', since: 0 };
  return (holder) => {
    if (holderEnded(holder)) return true;
    if (seen.token !== holder.token) seen = { token: holder.token, since: performance.now() };
    const runsHere = 'host' in holder && holder.host === thisProcess().host;
    return !runsHere && performance.now() - seen.since > LEASE;
  };
}
