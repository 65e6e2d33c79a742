import assert from 'node:assert/strict';
import { compareEvr, rpmvercmp } from '../../src/yum/version.ts';

/** What rpm 4.18 says (`rpm --eval '%{lua: print(rpm.vercmp("1.0", "1.1"))}'`) of each pair, and of the pair turned round. */
const OLDER: readonly (readonly [string, string])[] = [
  ['1.0', '1.1'],
  ['1.9', '1.10'],
  ['1.0~rc1', '1.0'],
  ['1.0~rc1', '1.0~rc2'],
  ['1.0', '1.0^git1'],
  ['1.0^git1', '1.0.1'],
  ['1.0~rc1^git1', '1.0'],
  ['1.0a', '1.0.1'],
  ['1.0', '1.0.1'],
  ['xyz', '10'],
  ['1b', '1c'],
  ['20101121', '20101122'],
];

describe('the order of versions in yum', () => {
  for (const [older, newer] of OLDER) {
    it(`has ${older} before ${newer}`, () => {
      assert.equal(rpmvercmp(older, newer), -1);
      assert.equal(rpmvercmp(newer, older), 1);
    });
  }

  for (const [one, other] of [
    ['1.0', '1.0'],
    ['1.01', '1.1'],
    ['1_0', '1.0'],
    ['1.0.', '1.0'],
  ] as const) {
    it(`has ${one} and ${other} side by side`, () => assert.equal(rpmvercmp(one, other), 0));
  }

  it('asks epochs first and releases last', () => {
    const [old, newer, newest] = [
      { epoch: '0', version: '2', release: '1' },
      { epoch: '0', version: '2', release: '2' },
      { epoch: '1', version: '1', release: '1' },
    ];
    assert.ok(compareEvr(old, newer) < 0);
    assert.ok(compareEvr(newer, newest) < 0);
  });
});
