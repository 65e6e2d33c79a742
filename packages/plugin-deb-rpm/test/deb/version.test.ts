import assert from 'node:assert/strict';
import { debVersion, fileVersion, upstreamVersion } from '../../src/deb/version.ts';
import { codeOf } from '../package.ts';

const REVISION = { revision: '1' };

describe('versions of debs', () => {
  for (const [semver, deb] of [
    ['1.2.3', '1.2.3-1'],
    ['0.0.0', '0.0.0-1'],
    ['1.2.0-rc.1', '1.2.0~rc.1-1'],
    ['1.2.0-alpha', '1.2.0~alpha-1'],
    ['1.2.0-a-b', '1.2.0~a-b-1'],
    ['1.2.0-0', '1.2.0~0-1'],
    ['1.2.3+b5', '1.2.3-1'],
    ['1.2.3-rc.1+b5', '1.2.3~rc.1-1'],
    ['1.2.4-snapshot.5.gabc1234.dirty', '1.2.4~snapshot.5.gabc1234.dirty-1'],
  ] as const) {
    it(`make ${deb} of ${semver}`, () => assert.equal(debVersion(semver, REVISION), deb));
  }

  it('keep build metadata when asked', () => {
    assert.equal(debVersion('1.2.3-rc.1+b5', { ...REVISION, buildMetadata: true }), '1.2.3~rc.1+b5-1');
  });

  it('begin with the epoch, but not in file names', () => {
    assert.equal(debVersion('1.2.3', { epoch: 2, revision: '3' }), '2:1.2.3-3');
    assert.equal(fileVersion('1.2.3', { epoch: 2, revision: '3' }), '1.2.3-3');
  });

  it('leave an epoch of 0 out', () => assert.equal(debVersion('1.2.3', { epoch: 0, revision: '1' }), '1.2.3-1'));

  for (const wrong of ['', 'v1.2.3', '1.2', '1.2.3 ', '1.2.3-', '1.2.3_4', '1.2.3\n-1', '1.2.3-ü']) {
    it(`refuse ${JSON.stringify(wrong)}`, () =>
      assert.equal(
        codeOf(() => upstreamVersion(wrong)),
        'deb-version',
      ));
  }
});
