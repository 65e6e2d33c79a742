import type { Storage } from '@provisioning-dist/storage';
import { distKey, STATE } from './paths.ts';
import { parseRelease } from './release.ts';
import { isListed } from './state.ts';
import { readState, releaseText } from './suite-read.ts';

/** The suites whose indexes list a file of the pool: what one release put there, another registry may have listed too. */
export async function suitesListing(storage: Storage, key: string, signal: AbortSignal): Promise<readonly string[]> {
  const listing: string[] = [];
  for (const suite of await suitesIn(storage, signal)) if (await lists(storage, { suite, key, signal })) listing.push(suite);
  return listing;
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
  readonly key: string;
  readonly signal: AbortSignal;
}

async function lists(storage: Storage, { suite, key, signal }: Asked): Promise<boolean> {
  const clear = await storage.get(distKey(suite, 'InRelease'), { signal });
  const found = clear ?? (await storage.get(distKey(suite, 'Release'), { signal }));
  const parsed = found && parseRelease(releaseText(found.bytes) ?? '');
  if (!parsed?.files.has(STATE)) return false;
  const { packages } = await readState(storage, parsed, { suite, key: distKey(suite, 'Release'), signal });
  return packages.some((each) => each.key === key && isListed(each));
}
