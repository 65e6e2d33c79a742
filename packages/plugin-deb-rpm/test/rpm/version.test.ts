import assert from 'node:assert/strict';
import { epochVersionRelease, upstreamVersion, versionRelease } from '../../src/rpm/version.ts';
import { codeOf } from './rpm-package.ts';

describe('the version of an rpm', () => {
  for (const [semver, expected] of [
    ['1.2.3', '1.2.3'],
    ['1.2.3-rc.1', '1.2.3~rc.1'],
    ['1.2.3-a-b', '1.2.3~a_b'],
    ['1.2.3+b5', '1.2.3'],
    ['1.2.3-snapshot.4.gabcdef0.dirty', '1.2.3~snapshot.4.gabcdef0.dirty'],
  ] as const) {
    it(`of ${semver} is ${expected}`, () => assert.equal(upstreamVersion(semver), expected));
  }

  it('keeps metadata when asked to', () => {
    assert.equal(upstreamVersion('1.2.3-rc.1+b-5', { buildMetadata: true }), '1.2.3~rc.1^b_5');
  });

  it('has a release, and an epoch where one is given', () => {
    assert.equal(versionRelease('1.2.3', { revision: '2.el9', epoch: 1 }), '1.2.3-2.el9');
    assert.equal(epochVersionRelease('1.2.3', { revision: '2.el9', epoch: 1 }), '1:1.2.3-2.el9');
    assert.equal(epochVersionRelease('1.2.3', { revision: '1', epoch: 0 }), '1.2.3-1');
  });

  for (const bad of ['', '1.2', 'v1.2.3', '1.2.3 ', '1.2.3-é', '1.2.3-%{x}', '1.2.3\n'])
    it(`refuses ${JSON.stringify(bad)}`, () =>
      assert.equal(
        codeOf(() => upstreamVersion(bad)),
        'rpm-version',
      ));
});
