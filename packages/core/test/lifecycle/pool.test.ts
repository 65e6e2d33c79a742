import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { Pool, settleAll } from '../../src/lifecycle/pool.ts';

describe('the pool', () => {
  it('runs no more than its size at once', async () => {
    const pool = new Pool(2);
    let running = 0;
    let most = 0;
    const task = async () => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
    };
    await Promise.all(Array.from({ length: 9 }, () => pool.run(task)));
    assert.equal(most, 2);
  });

  it('gives its place on after a failure', async () => {
    const pool = new Pool(1);
    await assert.rejects(pool.run(() => Promise.reject(new Error('no'))));
    assert.equal(await pool.run(async () => 'yes'), 'yes');
  });

  it('refuses a size that is not positive', () => {
    assert.throws(() => new Pool(0), RangeError);
  });
});

describe('settleAll', () => {
  it('waits for the others before it throws', async () => {
    let finished = false;
    const slow = sleep(5).then(() => {
      finished = true;
    });
    await assert.rejects(settleAll([Promise.reject(new Error('first')), slow]), /first/);
    assert.equal(finished, true);
  });

  it('prefers the real failure to the aborts it caused', async () => {
    const abort = new DOMException('stopped', 'AbortError');
    await assert.rejects(settleAll([Promise.reject(abort), Promise.reject(new Error('cause'))]), /cause/);
  });
});
