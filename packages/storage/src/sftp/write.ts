import { posix } from 'node:path';
import { linkStat } from '../file-write.ts';
import { RESERVED } from '../key.ts';
import { temporarySuffix } from '../process.ts';
import { type Body, type Condition, PreconditionFailed, type Stat } from '../storage.ts';
import { isReply, REPLY } from './error.ts';
import { underLock } from './lock.ts';
import { findObject, makeRoom, prune, type Site } from './path.ts';
import { statOf } from './read.ts';
import { rename, unlink } from './requests.ts';
import { sweep } from './sweep.ts';
import { upload } from './transfer.ts';

/** How often a folder may vanish under a write. */
const MAX_TRIES = 10;

type Signal = AbortSignal | undefined;

export async function write(site: Site, key: string, body: Body, condition: Condition | undefined, signal: Signal): Promise<Stat> {
  await checkCondition(site, key, condition, signal);
  for (let tries = 1; ; tries++) {
    const target = await makeRoom(site, key, signal);
    await sweep(site, posix.dirname(target));
    try {
      return await replace(site, key, target, { body, condition, signal });
    } catch (error) {
      if (tries === MAX_TRIES || !isReply(error, REPLY.NO_SUCH_FILE)) throw error;
    }
  }
}

interface Write {
  readonly body: Body;
  readonly condition: Condition | undefined;
  readonly signal: Signal;
}

async function replace(site: Site, key: string, target: string, { body, condition, signal }: Write): Promise<Stat> {
  const temporary = posix.join(posix.dirname(target), `${RESERVED}${temporarySuffix()}`);
  try {
    const written = await writeBody(site, temporary, key, body, signal);
    await underLock(site.session, target, { temporary, signal }, async (lease) => {
      await checkCondition(site, key, condition, signal);
      lease.check();
      await rename(site.session, temporary, target);
    });
    return written;
  } catch (error) {
    await discard(site, temporary);
    throw error;
  }
}

async function writeBody({ session }: Site, path: string, key: string, body: Body, signal: Signal): Promise<Stat> {
  if (!('symlink' in body)) return await upload(session, path, key, body, signal);
  await session.call((sftp, done) => sftp.symlink(body.symlink, path, done as () => void), signal);
  return linkStat(body.symlink);
}

/** What cannot be removed now, as the connection is lost, is removed before the next write. */
async function discard(site: Site, temporary: string): Promise<void> {
  const { place, session } = site;
  place.leftovers.add(temporary);
  if (session.isLost) return;
  await unlink(session, temporary);
  place.leftovers.delete(temporary);
  await prune(site, posix.dirname(temporary));
}

async function checkCondition(site: Site, key: string, condition: Condition | undefined, signal: Signal): Promise<void> {
  if (condition === undefined) return;
  const found = await statOf(site, key, signal);
  const expected = condition === 'absent' ? undefined : condition.etag;
  if (found?.etag !== expected) throw new PreconditionFailed(key, found);
}

export async function remove(site: Site, key: string, etag: string | undefined, signal: Signal): Promise<void> {
  const found = await findObject(site, key, signal);
  if (!found) return;
  try {
    await underLock(site.session, found.path, { signal }, async (lease) => {
      if (etag !== undefined) await checkDeletable(site, key, etag, signal);
      lease.check();
      await unlink(site.session, found.path);
    });
  } catch (error) {
    // its folder went, with it
    if (!isReply(error, REPLY.NO_SUCH_FILE)) throw error;
  }
  await prune(site, posix.dirname(found.path));
}

async function checkDeletable(site: Site, key: string, etag: string, signal: Signal): Promise<void> {
  const found = await statOf(site, key, signal);
  if (found && found.etag !== etag) throw new PreconditionFailed(key, found);
}
