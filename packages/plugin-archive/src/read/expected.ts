import type { Entry } from '@provisioning-dist/core';
import { sha256OfSource } from '@provisioning-dist/payload';

/** sha256 of every file the entries were made from, by path. Reads the sources again: the archive alone cannot say what should be in it. */
export function expectedDigests(entries: readonly Entry[]): ReadonlyMap<string, string> {
  return new Map(entries.flatMap((entry) => (entry.type === 'file' ? [[entry.path, sha256OfSource(entry.source)]] : [])));
}
