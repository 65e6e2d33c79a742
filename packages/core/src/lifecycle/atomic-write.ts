import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeProblem } from './output-errors.ts';

/** Replaces a small file so that a reader, or a crash, sees the old text or the new one. Mode 0644, whatever the umask. */
export function atomicWrite(path: string, text: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.tmp-${process.pid}`);
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  try {
    // a killed process of the same number left it, or somebody put a link there
    rmSync(temporary, { force: true });
    write(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeProblem(path, error, () => bytes.length);
  }
}

function write(file: string, bytes: Uint8Array): void {
  const fd = openSync(file, 'wx', 0o644);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    fchmodSync(fd, 0o644);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
