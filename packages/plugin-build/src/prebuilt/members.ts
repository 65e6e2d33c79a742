import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readTar, readZip } from '@provisioning-dist/payload';
import { notAnArchive } from './errors.ts';

/** One member of a container; `body` is read at most once, before the next member is asked for. */
export interface Found {
  readonly path: string;
  /** `file`, or what people call it: `a symbolic link to "x"`. */
  readonly type: string;
  /** Whether someone may execute it. */
  readonly executable: boolean;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const CHUNK = 1024 * 1024;
/** Where POSIX tar headers have `ustar`. */
const USTAR = 257;

/** The members of a tar, tar.gz or zip file, in its order. The kind is told by content, not by name; `label` is for messages. */
export async function* members(path: string, label: string): AsyncGenerator<Found> {
  const file = await open(path);
  try {
    yield* await reader(file, label);
  } finally {
    await file.close();
  }
}

async function reader(file: FileHandle, label: string): Promise<AsyncGenerator<Found>> {
  const head = Buffer.alloc(512);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  if (head[0] === 0x1f && head[1] === 0x8b) return tarMembers(gunzip(file));
  if (head.toString('latin1', 0, 2) === 'PK') return zipMembers(file);
  if (head.toString('latin1', USTAR, USTAR + 5) === 'ustar') return tarMembers(bytes(file));
  throw notAnArchive(label, bytesRead === 0 ? 'empty' : kindOf(head));
}

function bytes(file: FileHandle): Readable {
  return file.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK });
}

/** The loop that reads it gets every error, of the file's as well. */
function gunzip(file: FileHandle): Readable {
  return pipeline(bytes(file), createGunzip({ chunkSize: CHUNK }), () => {});
}

async function* tarMembers(chunks: Readable): AsyncGenerator<Found> {
  for await (const { path, type, mode, target, body } of readTar(chunks))
    yield { path: plain(path), type: named(type, target), executable: (mode & 0o111) !== 0, body };
}

async function* zipMembers(file: FileHandle): AsyncGenerator<Found> {
  const { size } = await file.stat();
  for (const { path, type, mode, target, body } of readZip({ size, read: (position, length) => readAt(file.fd, position, length) }))
    yield {
      path: plain(path),
      type: named(type, target),
      executable: (mode & 0o111) !== 0,
      body: { [Symbol.iterator]: () => body()[Symbol.iterator]() },
    };
}

function readAt(fd: number, position: number, length: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, position));
}

/** Archives made with `tar -C dir .` have `./` before every path. */
function plain(path: string): string {
  return path.replace(/^(?:\.\/)+/, '');
}

function named(type: string, target = ''): string {
  if (type === 'symlink') return `a symbolic link to "${target}"`;
  if (type === 'directory' || type === 'file') return type === 'file' ? 'file' : 'a directory';
  return `a ${type} entry`;
}

function kindOf(head: Buffer): string {
  if (head.toString('latin1', 1, 5) === '7zXZ') return 'xz-compressed';
  if (head.readUInt32LE(0) === 0xfd2fb528) return 'zstd-compressed';
  if (head.toString('latin1', 0, 3) === 'BZh') return 'bzip2-compressed';
  return 'no archive';
}
