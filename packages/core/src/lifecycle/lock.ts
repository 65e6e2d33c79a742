import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { holderEnded, isLock, type LockHolder, takeLock, type UnknownHolder } from '@provisioning-dist/storage';
import { DistError, EXIT } from '../errors.ts';

export interface LockOptions {
  /** `--break-lock`: takes over from a process on another host, or from a file that cannot be read. Never from a living process here. */
  readonly breakLock?: boolean;
  /** File name; default `lock`. */
  readonly name?: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** One process at a time may work in the directory, which is made if missing. Takes over at once from a process that ended. */
export async function acquireLock(directory: string, options: LockOptions = {}): Promise<Lock> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, options.name ?? 'lock');
  const answer = await takeLock(file, options.breakLock ? mayBreak : holderEnded);
  if (isLock(answer)) return answer;
  throw lockHeld(directory, file, answer);
}

function mayBreak(holder: LockHolder | UnknownHolder): boolean {
  return holderEnded(holder) || !('host' in holder) || holder.host !== hostname();
}

function lockHeld(directory: string, file: string, holder: LockHolder | UnknownHolder): DistError {
  const elsewhere = !('host' in holder) || holder.host !== hostname();
  return new DistError('locked', `Cannot work in "${directory}": ${describe(holder)}`, {
    exit: EXIT.locked,
    where: { file },
    hint: elsewhere ? 'make sure it has ended, then use --break-lock' : 'wait until it ends, or stop it',
    data: { ...holder },
  });
}

function describe(holder: LockHolder | UnknownHolder): string {
  if (!('host' in holder)) return 'its lock file cannot be read';
  return `process ${holder.pid} on ${holder.host} has been working in it since ${holder.since}`;
}
