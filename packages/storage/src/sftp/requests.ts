import type { FileEntryWithStats, Stats } from 'ssh2';
import { isReply, REPLY, SftpError } from './error.ts';
import type { Session } from './session.ts';

type Signal = AbortSignal | undefined;

/** What is there, links not followed. OpenSSH says the same of a file where a folder should be. */
export async function lstat(session: Session, path: string, signal?: Signal): Promise<Stats | undefined> {
  return await unlessAbsent(session.call<Stats>((sftp, done) => sftp.lstat(path, done), signal));
}

export async function readFolder(session: Session, path: string, signal?: Signal): Promise<readonly FileEntryWithStats[]> {
  return (await unlessAbsent(session.call<FileEntryWithStats[]>((sftp, done) => sftp.readdir(path, done), signal))) ?? [];
}

export async function readLink(session: Session, path: string, signal?: Signal): Promise<string | undefined> {
  return await unlessAbsent(session.call<string>((sftp, done) => sftp.readlink(path, done), signal));
}

/** False when it was not there. */
export async function unlink(session: Session, path: string): Promise<boolean> {
  const done = session.call((sftp, end) => sftp.unlink(path, end as () => void)).then(() => true);
  return (await unlessAbsent(done)) ?? false;
}

/** Undefined for what does not exist. */
export async function unlessAbsent<Result>(request: Promise<Result>): Promise<Result | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isReply(error, REPLY.NO_SUCH_FILE)) return undefined;
    throw error;
  }
}

/** Replaces what is there at once, which takes OpenSSH's extension: the protocol's own rename fails where a file is. */
export async function rename(session: Session, from: string, to: string): Promise<void> {
  try {
    await session.call((sftp, done) => sftp.ext_openssh_rename(from, to, done as () => void));
  } catch (error) {
    if (!isReply(error, REPLY.OP_UNSUPPORTED)) throw error;
    if (await lstat(session, to)) throw new SftpError('the server cannot replace a file at once, it lacks posix-rename@openssh.com');
    await session.call((sftp, done) => sftp.rename(from, to, done as () => void));
  }
}
