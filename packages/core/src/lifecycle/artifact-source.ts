import { closeSync, openSync, readSync } from 'node:fs';
import type { ReadSource } from '../jobs.ts';

/** Lets `use` read a file by position, or a folder by its path; closes it afterwards. */
export async function withSource<Result>(path: string, size: number | undefined, use: (source: ReadSource) => Promise<Result>): Promise<Result> {
  if (size === undefined) return use({ path, size: 0, read: () => Buffer.alloc(0) });
  const fd = openSync(path, 'r');
  try {
    return await use({ path, size, read: (position, length) => readAt(fd, position, Math.min(length, Math.max(0, size - position))) });
  } finally {
    closeSync(fd);
  }
}

function readAt(fd: number, position: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
