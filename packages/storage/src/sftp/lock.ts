import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockName } from '../file-commit.ts';
import { holderEnded, type LockHolder, parseHolder, type UnknownHolder } from '../lock.ts';
import { newToken, thisProcess } from '../process.ts';
import { isReply, lostError, REPLY } from './error.ts';
import { lstat, unlink } from './requests.ts';
import type { Session } from './session.ts';
import { download } from './transfer.ts';

/**
 * Writers of one object exclude each other by a file made exclusively. The connection of one who holds it may be lost, so that it
 * stays: whoever saw the same lock for a whole lease takes it away, after removing the temporary file its holder may still rename.
 * A holder changes nothing after half that time.
 */

/** Milliseconds. */
const LEASE = 30_000;
const HOLD = LEASE / 2;

const POLL = 20;

/** Bytes; a larger file is no lock of ours. */
const MAX_LOCK = 4096;

export interface Lease {
  /** Throws when somebody may have taken the lock away. */
  check(): void;
}

/** How often a lock may vanish as it is looked at. */
const MAX_TRIES = 5;

/** Whoever shares this memory. */
const WRITER = newToken();

/** Tokens of the locks this writer holds. Another of its own was left by a lost connection. */
const held = new Set<string>();

export async function underLock(
  session: Session,
  target: string,
  { temporary, signal }: { readonly temporary?: string; readonly signal: AbortSignal | undefined },
  action: (lease: Lease) => Promise<void>,
): Promise<void> {
  const path = posix.join(posix.dirname(target), lockName(posix.basename(target)));
  const lock = await waitForLock(session, path, temporary, signal);
  try {
    await action(lock);
  } finally {
    await lock.release();
  }
}

/** Removes the lock, and what it was to rename, if its holder's process ended. */
export async function releaseDead(session: Session, path: string): Promise<void> {
  const holder = await readHolder(session, path);
  if (holder && holderEnded(holder)) await takeAway(session, path, holder, holderEnded);
}

interface Lock extends Lease {
  release(): Promise<void>;
}

async function waitForLock(session: Session, path: string, temporary: string | undefined, signal: AbortSignal | undefined): Promise<Lock> {
  const isDead = patience();
  for (;;) {
    signal?.throwIfAborted();
    const lock = await create(session, path, temporary);
    if (lock) return lock;
    const holder = await readHolder(session, path);
    if (holder && isDead(holder)) await takeAway(session, path, holder, isDead);
    else await sleep(POLL + Math.random() * POLL, undefined, { ...(signal && { signal }) });
  }
}

/** A guard named after the dead holder: of all who found it dead, one removes its lock, and only while it is still there. */
async function takeAway(session: Session, path: string, dead: SeenHolder, isDead: Verdict): Promise<void> {
  const guardPath = `${path}.${dead.token}`;
  const guard = await create(session, guardPath, undefined);
  if (!guard) return await passGuard(session, guardPath, isDead);
  try {
    if ((await readHolder(session, path))?.token !== dead.token) return;
    if (dead.temporary) await unlink(session, posix.join(posix.dirname(path), dead.temporary));
    guard.check();
    await unlink(session, path);
  } finally {
    await guard.release();
  }
}

async function passGuard(session: Session, path: string, isDead: Verdict): Promise<void> {
  const rival = await readHolder(session, path);
  if (rival && isDead(rival)) await takeAway(session, path, rival, isDead);
  else await sleep(POLL);
}

/** Nothing when the name is taken. */
async function create(session: Session, path: string, temporary: string | undefined): Promise<Lock | undefined> {
  const token = newToken();
  const holder = {
    ...thisProcess(),
    token,
    since: new Date().toISOString(),
    writer: WRITER,
    ...(temporary && { temporary: posix.basename(temporary) }),
  };
  const start = performance.now();
  held.add(token);
  try {
    if (await createFile(session, path, JSON.stringify(holder))) return toLock(session, path, token, start);
  } catch (error) {
    held.delete(token);
    throw error;
  }
  held.delete(token);
  return undefined;
}

function toLock(session: Session, path: string, token: string, start: number): Lock {
  const isOld = () => performance.now() - start > HOLD;
  return {
    check: () => {
      if (isOld()) throw lostError(`the server took more than ${HOLD / 1000} s under a lock`, 'ETIMEDOUT');
    },
    // An old one may be another's by now, and is left to whoever finds it dead.
    release: async () => {
      held.delete(token);
      if (!isOld() && !session.isLost) await unlink(session, path);
    },
  };
}

async function createFile(session: Session, path: string, text: string): Promise<boolean> {
  const handle = await openNew(session, path);
  if (!handle) return false;
  const bytes = Buffer.from(text);
  const written = session.call((sftp, done) => sftp.write(handle, bytes, 0, bytes.length, 0, done as () => void));
  const closed = session.call((sftp, done) => sftp.close(handle, done as () => void));
  await Promise.all([written, closed]);
  return true;
}

/** Version 3 of the protocol has no word for a file that exists: a failure without one there is a failure, or it just went. */
async function openNew(session: Session, path: string): Promise<Buffer | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await session.call<Buffer>((sftp, done) => sftp.open(path, 'wx', done));
    } catch (error) {
      if (!isReply(error, REPLY.FAILURE, REPLY.FILE_ALREADY_EXISTS)) throw error;
      if (await lstat(session, path)) return undefined;
      if (tries === MAX_TRIES) throw error;
    }
  }
}

interface SeenHolder extends UnknownHolder, Partial<LockHolder> {
  readonly token: string;
  readonly writer?: unknown;
  readonly temporary?: string;
}

type Verdict = (holder: SeenHolder) => boolean;

async function readHolder(session: Session, path: string): Promise<SeenHolder | undefined> {
  const stats = await lstat(session, path);
  if (!stats) return undefined;
  const text = stats.isFile() && stats.size <= MAX_LOCK ? await readText(session, path) : '';
  const holder: SeenHolder | undefined = parseHolder(text);
  if (!holder) return { token: `unknown-${stats.size}-${stats.mtime}` };
  const { temporary, ...rest } = holder;
  // anybody may have written it
  return typeof temporary === 'string' && /^\.~[0-9a-f-]+\.tmp$/.test(temporary) ? { ...rest, temporary } : rest;
}

async function readText(session: Session, path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  await download(session, path, undefined, (piece) => pieces.push(piece));
  return Buffer.concat(pieces).toString('utf8');
}

/** Gives a holder up once the same one was seen for a whole lease. */
function patience(): Verdict {
  const seen = new Map<string, number>();
  return (holder) => {
    if (holder.writer === WRITER) return !held.has(holder.token);
    if (holderEnded(holder)) return true;
    const since = seen.get(holder.token) ?? performance.now();
    seen.set(holder.token, since);
    return performance.now() - since > LEASE;
  };
}
