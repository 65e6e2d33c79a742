import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ContentError, ContentErrorCode } from '@provisioning-dist/payload';
import { DistError, EXIT } from '../errors.ts';

const HINTS: Readonly<Record<ContentErrorCode, string>> = {
  'file-changed': 'let nothing write to the files while they are packaged, then run it again',
  'file-vanished': 'let nothing remove the files while they are packaged, then run it again',
  'file-unreadable': 'check the permissions of the file and of the folders above it',
  'store-full': 'free space there, or set another temporary folder with TMPDIR',
  'store-unusable': 'empty the cache folder, then run it again',
  'encoder-missing': 'install it with its optional dependencies, on Node 22.20, 24.12 or later, or choose another format such as tar.zst',
};

/** The content store's problems as people see them; anything else as it is. */
export function contentProblem(error: unknown): unknown {
  if (!isContentError(error)) return error;
  return new DistError(error.code, error.message, { where: { file: error.path }, hint: HINTS[error.code], cause: error });
}

/** By its name: the package it comes from is loaded only by those who read contents. */
function isContentError(error: unknown): error is ContentError {
  return error instanceof Error && error.name === 'ContentError';
}

/** `needed` is the size of the whole output in bytes as far as it can be told; 0 = it cannot. */
export function diskFull(path: string, needed: number, cause: unknown): DistError {
  const free = freeBytes(path);
  const taken = needed > 0 ? `; it takes about ${needed} bytes` : '';
  const state = `no space left on the device${taken}${free === undefined ? '' : `, ${free} are free`}`;
  return new DistError('disk-full', `Cannot write "${path}": ${state}`, {
    where: { file: path },
    hint: 'free space, or write to another folder with --output-dir',
    cause,
    data: { needed, ...(free === undefined ? {} : { free }) },
  });
}

export function cannotWrite(path: string, code: string, cause: unknown): DistError {
  const states: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'its folder is not a folder',
    EISDIR: 'it is a folder',
    ENAMETOOLONG: 'its name is too long',
  };
  return new DistError('output-unwritable', `Cannot write "${path}": ${states[code] ?? code}`, { where: { file: path }, cause });
}

/** A failed system call on a file we write; anything else as it is. `needed` as in `diskFull`. */
export function writeProblem(path: string, error: unknown, needed: () => number = () => 0): unknown {
  const code = error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : undefined;
  if (code === undefined) return contentProblem(error);
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(path, needed(), error) : cannotWrite(path, code, error);
}

export function interrupted(path: string, cause: unknown): DistError {
  return new DistError('interrupted', `Cannot write "${path}": the run was interrupted`, { exit: EXIT.interrupted, where: { file: path }, cause });
}

/** Asked only after the device said it is full: how much it says is left, if it says so. */
function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
