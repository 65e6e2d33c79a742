import { posix } from 'node:path';
import { linkStat } from '../file-write.ts';
import { checkPrefix, isObjectKey } from '../key.ts';
import type { Stat, StoredObject } from '../storage.ts';
import { findObject, type Site } from './path.ts';
import { readFolder, readLink } from './requests.ts';
import { download } from './transfer.ts';

type Signal = AbortSignal | undefined;

export async function read(site: Site, key: string, signal: Signal): Promise<(Stat & { readonly bytes: Uint8Array }) | undefined> {
  const found = await findObject(site, key, signal);
  if (!found) return undefined;
  if (found.stats.isSymbolicLink()) throw new Error(`Cannot read "${key}": a symbolic link is there`);
  const pieces: Uint8Array[] = [];
  const facts = await download(site.session, found.path, signal, (piece) => pieces.push(piece));
  return facts && { ...facts, bytes: Buffer.concat(pieces) };
}

/** Reads it all: the protocol knows sizes and whole seconds, which a quick change of equal size would not show. */
export async function statOf(site: Site, key: string, signal: Signal): Promise<Stat | undefined> {
  const found = await findObject(site, key, signal);
  return found && (await factsOf(site, found.path, found.stats.isSymbolicLink(), signal));
}

async function factsOf({ session }: Site, path: string, isLink: boolean, signal: Signal): Promise<Stat | undefined> {
  if (!isLink) return await download(session, path, signal);
  const target = await readLink(session, path, signal);
  return target === undefined ? undefined : linkStat(target);
}

/** By the order of the keys' bytes. Links are listed, never entered. */
export async function* list(site: Site, prefix: string, signal: Signal): AsyncGenerator<StoredObject> {
  checkPrefix(prefix);
  for await (const { key, isLink } of walk(site, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, signal)) {
    const facts = await factsOf(site, posix.join(site.root, key), isLink, signal);
    if (facts) yield { key, ...facts };
  }
}

interface Entry {
  /** Ends with a slash for a folder, as keys below it go on, so that both sort right. */
  readonly key: string;
  readonly isLink: boolean;
}

async function* walk(site: Site, base: string, prefix: string, signal: Signal): AsyncGenerator<Entry> {
  for (const entry of await entriesOf(site, base, signal)) {
    if (!entry.key.startsWith(prefix) && !prefix.startsWith(entry.key)) continue;
    if (entry.key.endsWith('/')) yield* walk(site, entry.key, prefix, signal);
    else yield entry;
  }
}

/** Files, links and folders whose names keys can have. */
async function entriesOf({ session, root }: Site, base: string, signal: Signal): Promise<readonly Entry[]> {
  const entries = (await readFolder(session, posix.join(root, base), signal)).flatMap(({ filename, attrs }) => {
    const key = base + filename;
    if (!isObjectKey(key) || filename.includes('/')) return [];
    if (attrs.isDirectory()) return [{ key: `${key}/`, isLink: false }];
    return attrs.isFile() || attrs.isSymbolicLink() ? [{ key, isLink: attrs.isSymbolicLink() }] : [];
  });
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}
