import assert from 'node:assert/strict';
import { Workers } from '../src/workers.ts';

const SMALL = { memory: 1, places: 1 };

/** Names of jobs in the order they may start. */
async function started(workers: Workers, jobs: readonly (readonly [name: string, memory: number, places?: number])[]): Promise<string[]> {
  const names: string[] = [];
  for (const [name, memory, places = 1] of jobs) void workers.enter({ memory, places }).then(() => names.push(name));
  await new Promise(setImmediate);
  return names;
}

describe('Workers', () => {
  it('starts as many as its limit', async () => {
    const names = await started(new Workers(2, 100), [
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    assert.deepEqual(names, ['a', 'b']);
  });

  it('keeps within the memory', async () => {
    const names = await started(new Workers(9, 100), [
      ['a', 60],
      ['b', 60],
      ['c', 10],
    ]);
    assert.deepEqual(names, ['a'], 'a small job does not overtake');
  });

  it('gives a job the places it takes', async () => {
    const names = await started(new Workers(3, 100), [
      ['a', 1, 2],
      ['b', 1, 2],
      ['c', 1, 1],
    ]);
    assert.deepEqual(names, ['a']);
  });

  it('lets one job in however large', async () => {
    assert.deepEqual(await started(new Workers(2, 100), [['a', 1000]]), ['a']);
  });

  it('starts the next when one leaves', async () => {
    const workers = new Workers(1, 100);
    const names = await started(workers, [
      ['a', 1],
      ['b', 1],
    ]);
    workers.leave(SMALL);
    await new Promise(setImmediate);
    assert.deepEqual(names, ['a', 'b']);
  });

  it('is idle when all have left', async () => {
    const workers = new Workers(2, 100);
    await workers.enter(SMALL);
    let idle = false;
    void workers.idle().then(() => {
      idle = true;
    });
    await new Promise(setImmediate);
    assert.equal(idle, false);
    workers.leave(SMALL);
    await new Promise(setImmediate);
    assert.equal(idle, true);
  });
});
