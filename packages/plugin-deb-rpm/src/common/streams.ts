import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Finding, ReadSource } from '@provisioning-dist/core';
import { readXz, readZstd } from '@provisioning-dist/payload';

/** The compressed parts of a package: what is in them, and whether installers read them to their end. */

/** A stretch of the package. The ending of its name tells the codec. */
export interface Stretch {
  readonly name: string;
  readonly position: number;
  readonly size: number;
}

/** Codes are without the format's name. */
export type StreamProblem = Pick<Finding, 'level' | 'code' | 'message'>;

const PIECE = 1024 * 1024;

export function* piecesOf(source: ReadSource, { position, size }: Omit<Stretch, 'name'>): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < size; at += PIECE) yield source.read(position + at, Math.min(PIECE, size - at));
}

export function plainOf(source: ReadSource, member: Stretch): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const pieces = piecesOf(source, member);
  if (member.name.endsWith('.xz')) return readXz(pieces);
  if (member.name.endsWith('.zst')) return readZstd(pieces);
  return member.name.endsWith('.gz') ? gunzipped(pieces) : pieces;
}

function gunzipped(pieces: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  // The iteration of `plain` throws what the callback is told.
  pipeline(Readable.from(pieces), plain, () => {});
  return plain;
}

export function streamProblems(source: ReadSource, member: Stretch): readonly StreamProblem[] {
  if (member.name.endsWith('.gz')) return gzipProblems(source, member);
  if (member.name.endsWith('.xz')) return xzProblems(source, member);
  return member.name.endsWith('.zst') ? zstdProblems(source, member) : [];
}

/** RFC 1952: no name, no time, an operating system that is the same everywhere. */
function gzipProblems(source: ReadSource, { name, position }: Stretch): readonly StreamProblem[] {
  const header = Buffer.from(source.read(position, 10)).toString('hex');
  return /^1f8b08(?:00){5}..(?:03|ff)$/.test(header)
    ? []
    : [{ level: 'warning', code: 'gzip-header', message: `The gzip header of ${name} (${header}) tells of the machine` }];
}

/** .xz format 2.1.2 and 4: the last stream's footer leads to its index, which tells where that stream began. */
function xzProblems(source: ReadSource, { name, position, size }: Stretch): readonly StreamProblem[] {
  const footer = Buffer.from(source.read(position + size - 12, 12));
  if (size < 32 || footer.toString('latin1', 10) !== 'YZ') return [error('xz', `${name} does not end as an xz stream`)];
  const indexSize = (footer.readUInt32LE(4) + 1) * 4;
  if (indexSize > size - 24) return [error('xz', `${name} has an index that is larger than itself`)];
  const blocks = blocksSize(Buffer.from(source.read(position + size - 12 - indexSize, indexSize)));
  return blocks + indexSize + 24 === size ? [] : [error('xz', `${name} is not one xz stream: installers stop at the end of the first`)];
}

/** The sum of the unpadded sizes, each rounded up to four bytes. */
function blocksSize(index: Buffer): number {
  const next = numbers(index, 1);
  const count = next();
  let sum = 0;
  for (let record = 0; record < count && record < index.length; record++) {
    sum += Math.ceil(next() / 4) * 4;
    next();
  }
  return sum;
}

/** .xz format 1.2: seven bits at a time, the lowest first. NaN behind the end. */
function numbers(bytes: Buffer, start: number): () => number {
  let at = start;
  return () => {
    let value = 0;
    for (let factor = 1; factor < 2 ** 63; factor *= 128) {
      const byte = bytes[at++] ?? Number.NaN;
      value += (byte % 128) * factor;
      if (!(byte >= 128)) return value;
    }
    return Number.NaN;
  };
}

const WINDOW_MAX = 128 * 1024 * 1024;

/** RFC 8878, 3.1.1: block after block to the end of the frame, which must be that of the member. */
function zstdProblems(source: ReadSource, { name, position, size }: Stretch): readonly StreamProblem[] {
  const start = Buffer.alloc(18);
  start.set(source.read(position, Math.min(18, size)));
  if (start.readUInt32LE(0) !== 0xfd2fb528) return [error('zstd', `${name} does not begin with a zstd frame: dpkg would install nothing`)];
  const { headerSize, window, checksum } = frameHeader(start);
  let at = position + headerSize;
  for (let last = false; !last; ) {
    const header = Buffer.from(source.read(at, 3));
    if (header.length < 3 || at > position + size) return [error('zstd', `${name} is cut off`)];
    const fields = header.readUIntLE(0, 3);
    last = (fields & 1) === 1;
    at += 3 + (((fields >> 1) & 3) === 1 ? 1 : fields >> 3);
  }
  const end = at + (checksum ? 4 : 0);
  return [
    ...(end === position + size ? [] : [error('zstd', `${name} is not one zstd frame: dpkg stops at the end of the first`)]),
    ...(window > WINDOW_MAX ? [error('zstd', `${name} needs a window of ${window} bytes, more than dpkg grants`)] : []),
  ];
}

function frameHeader(bytes: Buffer): { readonly headerSize: number; readonly window: number; readonly checksum: boolean } {
  const flags = bytes.readUInt8(4);
  const single = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const exponent = bytes.readUInt8(5);
  const base = 2 ** (10 + (exponent >> 3));
  return {
    headerSize: 5 + (single ? 0 : 1) + dictionary + sizeBytes,
    window: single ? 0 : base + (base / 8) * (exponent & 7),
    checksum: (flags & 4) !== 0,
  };
}

function error(code: string, message: string): StreamProblem {
  return { level: 'error', code, message };
}
