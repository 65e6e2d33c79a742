/** How many bytes encoders have to be given for an output when nothing is encoded twice; counted from the archives themselves. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Archive } from './verify.ts';

/** Contents of this size and more are encoded once for all archives. */
const SHARED = 64 * 1024;
const BLOCK = 512;
/** Runs are cut where they are longer: this counting only holds below. */
const CUT = 512 * 1024;

/** Distinct contents of zips, distinct large contents of tars, distinct stretches of headers and small files between those. */
export function encodedOnce(archives: readonly Archive[], sizeOf: (sha256: string) => number): number {
  const pieces = new Map<string, number>();
  for (const { path, tree } of archives) {
    const zip = path.endsWith('.zip');
    for (const { sha256 } of tree.files) if (zip || sizeOf(sha256) >= SHARED) pieces.set(sha256, sizeOf(sha256));
    for (const stretch of zip ? [] : stretches(untarred(path))) pieces.set(createHash('sha256').update(stretch).digest('hex'), stretch.length);
  }
  return pieces.values().reduce((sum, size) => sum + size, 0);
}

function untarred(path: string): Buffer {
  return execFileSync('gzip', ['-dc', path], { maxBuffer: 2 ** 31 });
}

/** What of a tar archive lies between the large contents. */
export function stretches(tar: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let start = 0;
  for (let at = 0; tar[at]; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    const body = at + BLOCK;
    if (tar[at + 156] === 0x30 && size >= SHARED) {
      found.push(tar.subarray(start, body));
      start = body + size;
    }
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
  found.push(tar.subarray(start));
  if (found.some(({ length }) => length >= CUT)) throw new RangeError('Cannot count runs: one is so long that it is cut');
  return found;
}
