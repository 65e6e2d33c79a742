import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import type { Effort } from '../../src/libdeflate/compressor.ts';
import { DeflateThreads } from '../../src/libdeflate/threads.ts';
import { someBytes } from '../store-fixture.ts';

const QUICK: Effort = { level: 6, depth: 0, nice: 0 };
const SLOW: Effort = { level: 12, depth: 0, nice: 0 };
const NONE: Effort = { level: 99, depth: 0, nice: 0 };
const MIB = 1024 * 1024;

let started = 0;
const count = () => {
  started++;
};

async function withThreads<T>(use: (threads: DeflateThreads) => Promise<T>): Promise<T> {
  const threads = new DeflateThreads(2);
  try {
    return await use(threads);
  } finally {
    await threads.close();
  }
}

describe('threads that deflate', () => {
  before(() => channel('worker_threads').subscribe(count));
  after(() => channel('worker_threads').unsubscribe(count));
  beforeEach(() => {
    started = 0;
  });

  it('are not started for little', async () => {
    await withThreads(async (threads) => {
      for (let times = 0; times < 8; times++) await threads.encode(someBytes(MIB / 8), QUICK);
    });
    assert.equal(started, 0);
  });

  it('are started once there is more', async () => {
    await withThreads(async (threads) => {
      for (let times = 0; times < 12; times++) threads.release(await threads.encode(someBytes(MIB / 4), QUICK));
    });
    assert.equal(started, 2);
  });

  it('take slow work off the main thread', async () => {
    await withThreads(async (threads) => threads.release(await threads.encode(someBytes(1000), SLOW)));
    assert.equal(started, 2);
  });

  it('give the bytes the main thread gives', async () => {
    const blocks = [1, 2, 3, 4, 5].map((seed) => someBytes(300_000, seed));
    const here = await withThreads(async (threads) => Buffer.from(await threads.encode(blocks[0] as Buffer, QUICK)));
    await withThreads(async (threads) => {
      threads.release(await threads.encode(someBytes(1000), SLOW));
      for (let times = 0; times < 3; times++) {
        const made = await Promise.all(blocks.map(async (block) => threads.claim(await threads.encode(block, QUICK))));
        assert.ok(here.equals(made[0] as Uint8Array));
      }
    });
  });

  it('lend an answer until it is released', async () => {
    await withThreads(async (threads) => {
      const first = await threads.encode(someBytes(200_000, 1), SLOW);
      const before = Buffer.from(first);
      for (let seed = 2; seed < 8; seed++) threads.release(await threads.encode(someBytes(200_000, seed), SLOW));
      assert.ok(before.equals(first));
    });
  });

  it('let what is claimed be kept', async () => {
    await withThreads(async (threads) => {
      const first = threads.claim(await threads.encode(someBytes(200_000, 1), SLOW));
      const before = Buffer.from(first);
      for (let seed = 2; seed < 8; seed++) threads.release(await threads.encode(someBytes(200_000, seed), SLOW));
      assert.ok(before.equals(first));
    });
  });

  it('make what fails there an error', async () => {
    await withThreads(async (threads) => {
      const all = Array.from({ length: 6 }, () => threads.encode(someBytes(1000), NONE));
      for (const each of all) await assert.rejects(each, /Cannot deflate at level 99/);
      await assert.rejects(threads.encode(someBytes(1000), SLOW), /Cannot deflate at level 99/);
    });
  });

  it('refuse a block beyond their memory', async () => {
    await withThreads((threads) => assert.rejects(threads.encode(Buffer.alloc(2 * MIB), SLOW), RangeError));
  });

  it('end at once when they are closed', async () => {
    const threads = new DeflateThreads(2);
    const all = Array.from({ length: 6 }, () => threads.encode(someBytes(MIB), SLOW));
    const closed = threads.close();
    for (const each of all) await assert.rejects(each, /closed/);
    await closed;
  });
});
