import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ReadSource } from '@provisioning-dist/core';

const PIECE = 1024 * 1024;

export function* piecesOf(source: ReadSource, position = 0): Generator<Uint8Array, void, undefined> {
  for (let at = position; at < source.size; at += PIECE) yield source.read(at, Math.min(PIECE, source.size - at));
}

export function gunzipped(pieces: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  // The iteration of `plain` throws what the callback is told.
  pipeline(Readable.from(pieces), plain, () => {});
  return plain;
}

export function fileNameOf({ path }: Pick<ReadSource, 'path'>): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
