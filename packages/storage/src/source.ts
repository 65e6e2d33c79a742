import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileBody } from './storage.ts';

/** Bytes read at once. */
const CHUNK = 1024 * 1024;

/** Bytes to send, as often as asked and from any place in them. */
export interface Source {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes from `start` up to, not including, `end`. */
  range(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Reads a file of unknown digest once. Its content is checked by who sends it. */
export async function openSource(key: string, body: Uint8Array | FileBody, signal: AbortSignal | undefined): Promise<Source> {
  if (!('path' in body)) return ofBytes(body);
  const { size } = await stat(body.path);
  checkSize(key, size, body.size);
  const range = (start: number, end: number) => readRange(body.path, start, end, signal);
  const sha256 = body.sha256 ?? (await digestOf(range(0, size)));
  return { size, sha256, range };
}

/** What there is, without knowing what it should be. Nobody else writes to the chunks. */
export function chunksOf(body: Uint8Array | FileBody, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  return 'path' in body ? readRange(body.path, 0, Number.POSITIVE_INFINITY, signal) : subarray(body, 0, body.length);
}

/** Gives the chunks on, but the last one only if their digest is the one promised: whoever counts bytes never has them all. */
export async function* verified(key: string, chunks: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let last: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (last) yield last;
    hash.update(chunk);
    last = chunk;
  }
  checkDigest(key, hash.digest('hex'), sha256);
  if (last) yield last;
}

/** Throws when a file is not what was promised of it. */
export function checkContent<Facts extends { readonly size: number; readonly sha256?: string }>(found: Facts, key: string, body: FileBody): Facts {
  checkSize(key, found.size, body.size);
  if (body.sha256) checkDigest(key, found.sha256, body.sha256);
  return found;
}

function checkSize(key: string, found: number, size: number): void {
  if (found !== size) throw new Error(`Cannot store "${key}": its file has ${found} bytes, not ${size}`);
}

export function checkDigest(key: string, found: string | undefined, sha256: string): void {
  if (found !== sha256) throw new Error(`Cannot store "${key}": its file has the digest ${found}, not ${sha256}`);
}

export async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

function ofBytes(bytes: Uint8Array): Source {
  const range = (start: number, end: number) => subarray(bytes, start, end);
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), range };
}

async function* subarray(bytes: Uint8Array, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (end > start) yield bytes.subarray(start, end);
}

async function* readRange(path: string, start: number, end: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (start === end) return;
  // a stream's `end` is its last byte
  for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK })) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
