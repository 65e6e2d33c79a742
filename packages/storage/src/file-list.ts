import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkFileKey, isAbsent } from './file-path.ts';

/** Keys under the root that start with the prefix, in the order of their bytes. Links are listed, never entered. */
export async function* walkKeys(root: string, prefix: string): AsyncGenerator<string> {
  const cut = prefix.lastIndexOf('/') + 1;
  yield* walkDirectory(root, prefix.slice(0, cut), prefix);
}

async function* walkDirectory(root: string, base: string, prefix: string): AsyncGenerator<string> {
  for (const { name, entry } of await sortedEntries(join(root, base))) {
    const key = base + name;
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (entry.isDirectory()) yield* walkDirectory(root, key, prefix);
    else if ((entry.isFile() || entry.isSymbolicLink()) && isKey(key)) yield key;
  }
}

/** A directory sorts as its name with the slash that follows it in keys. */
async function sortedEntries(path: string): Promise<readonly { readonly name: string; readonly entry: Dirent }[]> {
  const entries = (await readIfThere(path)).map((entry) => ({ name: entry.isDirectory() ? `${entry.name}/` : entry.name, entry }));
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

async function readIfThere(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Temporary files, and names put there by others that no key can have, are not ours to list. */
function isKey(key: string): boolean {
  try {
    checkFileKey(key);
    return true;
  } catch {
    return false;
  }
}
