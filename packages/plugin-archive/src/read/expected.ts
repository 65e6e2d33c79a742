import { createHash } from 'node:crypto';
import type { Entry } from '@provisioning-dist/core';
import { openSource, type Source } from '@provisioning-dist/payload';

const PIECE = 256 * 1024;

/** sha256 of every file the entries were made from, by path. Reads the sources again: the archive alone cannot say what should be in it. */
export function expectedDigests(entries: readonly Entry[]): ReadonlyMap<string, string> {
  return new Map(entries.flatMap((entry) => (entry.type === 'file' ? [[entry.path, digest(entry.source)]] : [])));
}

function digest(source: Source): string {
  const reader = openSource(source);
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(PIECE);
    for (let count = reader.read(piece); count > 0; count = reader.read(piece)) hash.update(piece.subarray(0, count));
    reader.finish();
    return hash.digest('hex');
  } finally {
    reader.close();
  }
}
