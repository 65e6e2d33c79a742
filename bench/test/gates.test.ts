import assert from 'node:assert/strict';
import { type Gate, judge, values } from '../gates.ts';
import type { Run } from '../rounds.ts';
import { sampleRun } from './runs.ts';

const WALL: Gate = { case: 'tar.gz P1', metric: 'wall', ours: 'ours', against: 'gzip', gate: 0.5, target: 0.4 };
const RSS: Gate = { case: 'tar.gz P1', metric: 'rss', ours: 'ours', gate: 160, target: 130 };

/** Rounds of ours and a peer that takes ten seconds. */
function rounds(walls: readonly number[], changed: Partial<Run> = {}): Run[] {
  return walls.flatMap((wall, index) => [
    sampleRun({ round: index + 1, wall, ...changed }),
    sampleRun({ round: index + 1, wall: 10, contestant: 'gzip' }),
  ]);
}

describe('values', () => {
  it('divides within each round', () => assert.deepEqual(values(rounds([4, 5]), WALL), [0.4, 0.5]));
  it('leaves disturbed rounds out for wall', () => assert.deepEqual(values(rounds([4], { quiet: false }), WALL), []));
  it('leaves a round with a disturbed peer out', () => {
    const runs = [sampleRun({ wall: 4 }), sampleRun({ wall: 10, contestant: 'gzip', quiet: false })];
    assert.deepEqual(values(runs, WALL), []);
  });
  it('counts disturbed rounds for memory', () => assert.deepEqual(values([sampleRun({ rss: 120, quiet: false })], RSS), [120]));
  it('ignores other cases', () => assert.deepEqual(values([sampleRun({ case: 'zip P1' })], RSS), []));
  it('has nothing without the peer', () => assert.deepEqual(values([sampleRun({})], WALL), []));
  it('keeps a count of zero', () => assert.deepEqual(values([sampleRun({ encoded: 0 })], { ...RSS, metric: 'encoded' }), [0]));
  it('has no count where none was taken', () => assert.deepEqual(values([sampleRun({})], { ...RSS, metric: 'encoded' }), []));
});

describe('judge', () => {
  const state = (walls: readonly number[]) => judge(rounds(walls), [WALL])[0]?.state;

  it('takes the median of the rounds', () => assert.equal(judge(rounds([1, 1, 4, 9, 9]), [WALL])[0]?.value, 0.4));
  it('says that the target is reached', () => assert.equal(state([4, 4, 4, 4, 4]), 'target'));
  it('says that the gate holds', () => assert.equal(state([5, 5, 5, 5, 5]), 'gate'));
  it('says that the gate is missed', () => assert.equal(state([5.1, 5.1, 5.1, 5.1, 5.1]), 'missed'));
  it('judges no time by four rounds', () => assert.equal(state([4, 4, 4, 4]), 'not judged'));
  it('judges memory by three rounds', () => {
    const runs = [1, 2, 3].map((round) => sampleRun({ round, rss: 120 }));
    assert.equal(judge(runs, [RSS])[0]?.state, 'target');
  });
  it('judges a count by one round', () => {
    const gate = { ...RSS, metric: 'excess', gate: 0, target: 0 } as const;
    assert.equal(judge([sampleRun({ excess: 1 })], [gate])[0]?.state, 'missed');
  });
  it('is silent on cases that did not run', () => assert.deepEqual(judge(rounds([4]), [{ ...WALL, case: 'zip P1' }]), []));
});
