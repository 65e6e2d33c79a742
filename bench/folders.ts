import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository. */
export const ROOT: string = resolve(import.meta.dirname, '..');
export const RESULTS: string = join(import.meta.dirname, 'results');

/** Payloads and outputs: BENCH_DIR, or the system's temporary folder. Payloads are kept between runs. */
export function workFolder(...names: string[]): string {
  const folder = join(process.env.BENCH_DIR ?? join(tmpdir(), 'provisioning-dist-bench'), ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function fileSha256(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(256 * 1024);
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) hash.update(chunk.subarray(0, length));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
