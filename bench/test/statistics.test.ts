import assert from 'node:assert/strict';
import { median } from '../statistics.ts';

describe('median', () => {
  it('is the middle of an odd count', () => assert.equal(median([9, 1, 2]), 2));
  it('is the mean of the two middle ones', () => assert.equal(median([9, 1, 2, 4]), 3));
  it('sorts by value, not as text', () => assert.equal(median([10, 9, 1]), 9));
  it('leaves its input alone', () => {
    const given = [3, 1, 2];
    median(given);
    assert.deepEqual(given, [3, 1, 2]);
  });
  it('of nothing is not a number', () => assert.ok(Number.isNaN(median([]))));
});
