import { createHash } from 'node:crypto';
import { type FileHandle, open, symlink } from 'node:fs/promises';
import { checkContent } from './source.ts';
import type { Body, FileBody, Stat } from './storage.ts';

/** Bytes read and written at once. */
const CHUNK = 1024 * 1024;

/** Writes the body to a name nobody uses yet, durably, and answers what it was. */
export async function writeBody(path: string, key: string, body: Body, signal: AbortSignal | undefined): Promise<Stat> {
  signal?.throwIfAborted();
  if ('symlink' in body) return await writeLink(path, body.symlink);
  const mode = 'path' in body ? body.mode : undefined;
  const target = await open(path, 'wx', mode ?? 0o666);
  try {
    const stat = 'path' in body ? await copy(body, key, target, signal) : await writeBytes(body, target);
    await target.sync();
    return stat;
  } finally {
    await target.close();
  }
}

/** The etag is the content's digest: no clock or inode number can make two contents look alike. */
export function fileStat(size: number, sha256: string): Stat {
  return { size, etag: sha256, sha256 };
}

export function linkStat(target: string): Stat {
  const digest = createHash('sha256').update(target).digest('hex');
  return { size: Buffer.byteLength(target), etag: `symlink-${digest}`, symlink: target };
}

/** Calls back with every chunk of a file, in a buffer that is used again. */
export async function readChunks(
  source: FileHandle,
  signal: AbortSignal | undefined,
  each: (chunk: Uint8Array) => Promise<void> | void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, CHUNK);
    if (bytesRead === 0) return;
    await each(buffer.subarray(0, bytesRead));
  }
}

async function writeLink(path: string, target: string): Promise<Stat> {
  await symlink(target, path);
  return linkStat(target);
}

async function writeBytes(bytes: Uint8Array, target: FileHandle): Promise<Stat> {
  await target.writeFile(bytes);
  return fileStat(bytes.length, createHash('sha256').update(bytes).digest('hex'));
}

async function copy(body: FileBody, key: string, target: FileHandle, signal: AbortSignal | undefined): Promise<Stat> {
  const source = await open(body.path, 'r');
  try {
    const hash = createHash('sha256');
    let size = 0;
    await readChunks(source, signal, async (chunk) => {
      hash.update(chunk);
      size += chunk.length;
      await writeAll(target, chunk);
    });
    return checkContent(fileStat(size, hash.digest('hex')), key, body);
  } finally {
    await source.close();
  }
}

/** write(2) may write less than it was given. */
async function writeAll(target: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await target.write(chunk, done)).bytesWritten;
}
