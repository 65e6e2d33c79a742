import assert from 'node:assert/strict';
import { archVersion } from '../../src/archlinux/version.ts';
import { codeOf } from '../package.ts';

const MAPPED: Readonly<Record<string, string>> = {
  '1.2.3': '1.2.3-1',
  '1.2.3-rc.1': '1.2.3rc1-1',
  '1.2.3-rc1': '1.2.3rc1-1',
  '1.2.3-rc-1': '1.2.3rc1-1',
  '1.2.3-alpha': '1.2.3alpha-1',
  '1.2.3-alpha.beta': '1.2.3alpha.beta-1',
  '1.2.3-beta.2.1': '1.2.3beta2.1-1',
  '1.2.3-0': '1.2.3a0-1',
  '1.2.3-20240229.1': '1.2.3a20240229.1-1',
  '1.2.3+build.5': '1.2.3-1',
  '1.2.4-snapshot.3.gabcdef0': '1.2.4snapshot3.gabcdef0-1',
};

describe('versions for pacman', () => {
  for (const [semver, version] of Object.entries(MAPPED)) {
    it(`maps ${semver}`, () => assert.equal(archVersion(semver, { revision: '1' }), version));
  }

  it('puts the epoch before', () => assert.equal(archVersion('1.2.3', { revision: '2', epoch: 1 }), '1:1.2.3-2'));

  it('refuses what is no semver', () => {
    assert.equal(
      codeOf(() => archVersion('1.2', { revision: '1' })),
      'archlinux-version',
    );
  });
});
