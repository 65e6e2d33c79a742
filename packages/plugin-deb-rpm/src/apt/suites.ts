import type { Storage } from '@provisioning-dist/storage';
import { distKey, STATE, sourceIn } from './paths.ts';
import { parseRelease } from './release.ts';
import { isListed, type Package } from './state.ts';
import { readState, releaseText } from './suite-read.ts';

/** The suites whose indexes list a file of the pool: what one release put there, another registry may have listed too. */
export async function suitesListing(storage: Storage, key: string, signal: AbortSignal): Promise<readonly string[]> {
  const listing: string[] = [];
  for (const suite of await suitesIn(storage, signal)) {
    const packages = await packagesIn(storage, { suite, signal });
    if (packages.some((each) => each.key === key && isListed(each))) listing.push(suite);
  }
  return listing;
}

/** Those no suite knows of any more. What one stopped listing its clients may still ask for, and it purges that itself. */
export async function unheld(storage: Storage, keys: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  if (keys.length === 0) return keys;
  const held = new Set<string>();
  for (const suite of await suitesIn(storage, signal)) for (const { key } of await packagesIn(storage, { suite, signal })) held.add(key);
  return keys.filter((key) => !held.has(key));
}

/** Whether any suite lists a package of the same source as these, which the files users begin with are called by. */
export async function isSourceListed(storage: Storage, keys: ReadonlySet<string>, signal: AbortSignal): Promise<boolean> {
  const sources = new Set([...keys].map(sourceIn));
  for (const suite of await suitesIn(storage, signal)) {
    const packages = await packagesIn(storage, { suite, signal });
    if (packages.some((each) => isListed(each) && sources.has(sourceIn(each.key)))) return true;
  }
  return false;
}

async function suitesIn(storage: Storage, signal: AbortSignal): Promise<readonly string[]> {
  const suites = new Set<string>();
  for await (const { key } of storage.list('dists/', { signal })) {
    const [, suite] = /^dists\/([^/]+)\/(?:In)?Release$/.exec(key) ?? [];
    if (suite !== undefined) suites.add(suite);
  }
  return [...suites];
}

interface Asked {
  readonly suite: string;
  readonly signal: AbortSignal;
}

async function packagesIn(storage: Storage, { suite, signal }: Asked): Promise<readonly Package[]> {
  const clear = await storage.get(distKey(suite, 'InRelease'), { signal });
  const found = clear ?? (await storage.get(distKey(suite, 'Release'), { signal }));
  const parsed = found && parseRelease(releaseText(found.bytes) ?? '');
  if (!parsed?.files.has(STATE)) return [];
  return (await readState(storage, parsed, { suite, key: distKey(suite, 'Release'), signal })).packages;
}
