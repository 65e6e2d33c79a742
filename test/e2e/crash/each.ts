import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { Pool, settleEvery } from '../../../packages/core/src/lifecycle/pool.ts';

/** Checks every item, as many at a time as there are processors, and lists all that fail. */
export async function each<Item>(items: readonly Item[], check: (item: Item) => Promise<void>): Promise<void> {
  const pool = new Pool(availableParallelism());
  const failed: string[] = [];
  await settleEvery(
    items.map((item) =>
      pool.run(async () => {
        try {
          await check(item);
        } catch (error) {
          failed.push(`${JSON.stringify(item)}: ${error instanceof Error ? error.message : error}`);
        }
      }),
    ),
  );
  assert.deepEqual(failed, []);
}

/** Numbers in [0, 1) that are the same for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const IS_FULL = process.env.CI_FULL !== undefined;

/** All of them when everything is tested, else every n-th. */
export function sample<Item>(items: readonly Item[], every: number): readonly Item[] {
  return IS_FULL ? items : items.filter((_, index) => index % every === 0);
}

/** The sources take three times as long to start as what is built of them. */
export const IS_QUICK: boolean = IS_FULL || process.env.E2E_BUILT === 'true';

export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
