import { createHash } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { syncDirectory } from './file-path.ts';
import { RESERVED } from './key.ts';
import { type FileLock, holderEnded, isLock, type LockHolder, takeLock, type UnknownHolder } from './lock.ts';
import { isAbandoned, temporarySuffix, thisProcess } from './process.ts';

/** Milliseconds after which a lock nobody here can judge (another host, unreadable) is taken over. It is held for a rename. */
const LEASE = 30_000;
const POLL = 5;

/** A temporary name beside the target. */
export function temporaryPath(target: string): string {
  return join(dirname(target), `${RESERVED}${temporarySuffix()}`);
}

/** Replaces the target by the temporary file, alone: `check` runs under the target's lock and throws when it must not happen. */
export async function commit(temporary: string, target: string, check: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  await underLock(target, signal, async () => {
    await check();
    // Both in one go: a process killed after the change should leave no lock, since nobody may come to write here again.
    renameSync(temporary, target);
    rmSync(lockPath(target), { force: true });
  });
  await syncDirectory(dirname(target));
}

export async function underLock(target: string, signal: AbortSignal | undefined, action: () => Promise<void>): Promise<void> {
  const lock = await waitForLock(lockPath(target), signal);
  try {
    await action();
  } finally {
    await lock.release();
  }
}

/** Removes temporary files and locks of processes that ended. */
export async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(RESERVED)) continue;
    if (isAbandoned(name)) await rm(join(directory, name), { force: true });
    else if (!name.endsWith('.tmp')) await releaseDead(join(directory, name));
  }
}

async function releaseDead(path: string): Promise<void> {
  const answer = await takeLock(path);
  if (isLock(answer)) await answer.release();
}

function lockPath(target: string): string {
  return join(dirname(target), lockName(basename(target)));
}

/** Short whatever the target's name is. */
export function lockName(name: string): string {
  return `${RESERVED}${createHash('sha256').update(name).digest('hex').slice(0, 16)}.lock`;
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
