import assert from 'node:assert/strict';
import { compareVersions } from '../../src/apt/version.ts';

/** deb-version(7): what dpkg says of each pair, and of the pair turned round. */
const OLDER: readonly (readonly [string, string])[] = [
  ['1.0-1', '1.0-2'],
  ['1.9-1', '1.10-1'],
  ['1.0~rc.1-1', '1.0-1'],
  ['1.0~~-1', '1.0~-1'],
  ['9.0-1', '1:0.1-1'],
  ['1.0', '1.0-1'],
  ['1.0a', '1.0+'],
  ['1.0', '1.0a'],
  ['1.0-1', '1.0-1+deb12u1'],
  ['1.0-1', '1.0-1.1'],
  ['2024.9.30', '2024.10.1'],
  ['1.0-1-1', '1.0-1-2'],
];

describe('the order of versions in apt', () => {
  for (const [older, newer] of OLDER) {
    it(`has ${older} before ${newer}`, () => {
      assert.ok(compareVersions(older, newer) < 0);
      assert.ok(compareVersions(newer, older) > 0);
    });
  }

  for (const [one, other] of [
    ['1.0-1', '1.0-1'],
    ['0:1.0', '1.0'],
    ['1.00', '1.0'],
    ['1.0-0', '1.0'],
  ] as const) {
    it(`has ${one} and ${other} side by side`, () => assert.equal(compareVersions(one, other), 0));
  }
});
