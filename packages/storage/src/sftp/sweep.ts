import { posix } from 'node:path';
import { RESERVED } from '../key.ts';
import { isAbandoned } from '../process.ts';
import { releaseDead } from './lock.ts';
import type { Site } from './path.ts';
import { prune } from './path.ts';
import { readFolder, unlink } from './requests.ts';

/** Milliseconds after which a temporary file of another machine is taken for abandoned. */
const DAY = 86_400_000;

/** Removes what broken writes left: our own since the connection was lost, once in each folder those of processes that ended. */
export async function sweep(site: Site, folder: string): Promise<void> {
  await removeLeftovers(site);
  if (site.place.swept.has(folder)) return;
  site.place.swept.add(folder);
  for (const { filename, attrs } of await readFolder(site.session, folder)) {
    const path = posix.join(folder, filename);
    if (!filename.startsWith(RESERVED) || filename.includes('/')) continue;
    if (isAbandoned(filename) || (filename.endsWith('.tmp') && isOld(attrs.mtime))) await unlink(site.session, path);
    else if (!filename.endsWith('.tmp')) await releaseDead(site.session, path);
  }
}

function isOld(seconds: number): boolean {
  return Date.now() - seconds * 1000 > DAY;
}

async function removeLeftovers(site: Site): Promise<void> {
  for (const path of site.place.leftovers) {
    await unlink(site.session, path);
    site.place.leftovers.delete(path);
    if (!site.place.swept.has(posix.dirname(path))) await prune(site, posix.dirname(path));
  }
}
