/** How many bytes encoders have to be given for an output when nothing is encoded twice; counted from the archives themselves. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Archive } from './verify.ts';

/** Contents of this size and more are encoded once for all archives. */
const SHARED = 64 * 1024;
const BLOCK = 512;
/** Runs are cut where they are longer, and parts of two may be equal: of several archives this counting only holds below. */
const CUT = 512 * 1024;

/** Distinct contents of zips, distinct large contents of everything else, distinct stretches of headers and small files between those. */
export function encodedOnce(archives: readonly Archive[], sizeOf: (sha256: string) => number): number {
  const pieces = new Map<string, number>();
  for (const { path, tree } of archives) {
    const zip = path.endsWith('.zip');
    for (const { sha256 } of tree.files) if (zip || sizeOf(sha256) >= SHARED) pieces.set(sha256, sizeOf(sha256));
    for (const stretch of zip ? [] : stretchesOf(path)) {
      if (archives.length > 1 && stretch.length >= CUT) throw new RangeError('Cannot count runs: one is so long that it is cut');
      pieces.set(createHash('sha256').update(stretch).digest('hex'), stretch.length);
    }
  }
  return pieces.values().reduce((sum, size) => sum + size, 0);
}

function stretchesOf(path: string): readonly Buffer[] {
  if (path.endsWith('.rpm')) return cpioStretches(outputOf('rpm2cpio', path));
  if (!path.endsWith('.deb')) return stretches(outputOf('gzip', '-dc', path));
  // Checksums of many files are long, and no content of the payload's.
  return [outputOf('dpkg-deb', '--ctrl-tarfile', path), ...stretches(outputOf('dpkg-deb', '--fsys-tarfile', path))];
}

function outputOf(program: string, ...args: readonly string[]): Buffer {
  return execFileSync(program, args, { maxBuffer: 2 ** 31 });
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
  return found;
}

/** The same of a cpio archive in the new ASCII format (cpio(5)): 110 bytes, the name and the content, both padded to four. */
export function cpioStretches(cpio: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let start = 0;
  for (let at = 0; cpio.toString('latin1', at, at + 5) === '07070'; ) {
    const [size, name] = [hex(cpio, at + 54), hex(cpio, at + 94)];
    const body = padded(at + 110 + name);
    if (size >= SHARED) {
      found.push(cpio.subarray(start, body));
      start = body + size;
    }
    at = padded(body + size);
  }
  found.push(cpio.subarray(start));
  return found;
}

function hex(bytes: Buffer, at: number): number {
  return Number.parseInt(bytes.toString('latin1', at, at + 8), 16);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
