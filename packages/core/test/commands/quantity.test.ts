import assert from 'node:assert/strict';
import { DURATION, parseQuantity, SIZE } from '../../src/commands/quantity.ts';

describe('parseQuantity', () => {
  it('reads durations as milliseconds', () => {
    assert.deepEqual(
      ['90', '250ms', '90s', '1.5m', '2h', '1d'].map((text) => parseQuantity('timeout', text, DURATION)),
      [90_000, 250, 90_000, 90_000, 7_200_000, 86_400_000],
    );
  });

  it('reads sizes as bytes', () => {
    assert.deepEqual(
      ['512', '512B', '1KiB', '1.5MiB', '2GiB', '1MB'].map((text) => parseQuantity('memory', text, SIZE)),
      [512, 512, 1024, 1_572_864, 2_147_483_648, 1_000_000],
    );
  });

  for (const text of ['', '0', '-1', '1x', '1 MiB', '1e3', 'MiB', '1mb', `${'9'.repeat(400)}GiB`, '1constructor']) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.throws(() => parseQuantity('memory', text, SIZE), { code: 'bad-quantity', exit: 2 });
    });
  }
});
