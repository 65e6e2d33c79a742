import assert from 'node:assert/strict';
import { type Contestant, isQuiet, type Patience, runCase } from '../rounds.ts';

describe('isQuiet', () => {
  it('allows a quarter of a core', () => assert.ok(isQuiet({ foreign: 0.25, wall: 10 })));
  it('refuses half a core', () => assert.ok(!isQuiet({ foreign: 0.5, wall: 10 })));
  it('allows two ticks of the clock in a short run', () => assert.ok(isQuiet({ foreign: 0.6, wall: 0.05 })));
});

describe('runCase', () => {
  const command = { pipeline: [['true']], cwd: '.' } as const;
  const contestant = (name: string, prepared: string[]): Contestant => ({
    name,
    prepare: () => prepared.push(name),
    command,
    verify: () => ({ size: 1, sha256: '' }),
  });
  const run = async (fixedOrder: boolean) => {
    const prepared: string[] = [];
    const patience: Patience = { seconds: 0 };
    const contestants = [contestant('ours', prepared), contestant('peer', prepared)] as const;
    const runs = await runCase({ name: 'case', contestants, fixedOrder }, { rounds: 2, patience, onRun: () => {} });
    return { prepared, rounds: runs.map(({ round }) => round) };
  };

  it('takes turns at being first', async () => {
    assert.deepEqual((await run(false)).prepared, ['ours', 'peer', 'peer', 'ours', 'ours', 'peer']);
  });
  it('keeps an order that matters', async () => {
    assert.deepEqual((await run(true)).prepared, ['ours', 'peer', 'ours', 'peer', 'ours', 'peer']);
  });
  it('does not count the first round', async () => assert.deepEqual((await run(true)).rounds, [1, 1, 2, 2]));
  it('rejects with what a failing command said', async () => {
    const failing = { ...contestant('ours', []), command: { pipeline: [['sh', '-c', 'echo no luck >&2; exit 3']], cwd: '.' } } as const;
    const failed = runCase({ name: 'case', contestants: [failing] }, { rounds: 1, patience: { seconds: 0 }, onRun: () => {} });
    await assert.rejects(failed, /exited with 3:\nno luck/);
  });
});
