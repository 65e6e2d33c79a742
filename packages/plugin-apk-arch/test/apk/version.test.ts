import assert from 'node:assert/strict';
import { apkVersion, isApkVersion } from '../../src/apk/version.ts';
import { codeOf } from '../package.ts';

const MAPPED: Readonly<Record<string, string>> = {
  '1.2.3': '1.2.3-r0',
  '1.2.3-rc.1': '1.2.3_rc1-r0',
  '1.2.3-rc1': '1.2.3_rc1-r0',
  '1.2.3-RC-10': '1.2.3_rc10-r0',
  '1.2.3-alpha': '1.2.3_alpha-r0',
  '1.2.3-beta.2': '1.2.3_beta2-r0',
  '1.2.3-beta.2.1': '1.2.3_beta2_p1-r0',
  '1.2.3-dev.4': '1.2.3_alpha4-r0',
  '1.2.3-canary.7': '1.2.3_pre7-r0',
  '1.2.3+build.5': '1.2.3-r0',
  '1.2.4-snapshot.3.gabcdef0': '1.2.4_alpha0_git3-r0',
  '1.2.4-snapshot.3.gabcdef0.dirty': '1.2.4_alpha0_git3-r0',
  '1.2.4-rc.1.snapshot.3.gabcdef0': '1.2.4_rc1_git3-r0',
  '1.2.4-snapshot': '1.2.4_alpha0_git-r0',
};

describe('versions for apk', () => {
  for (const [semver, version] of Object.entries(MAPPED)) {
    it(`maps ${semver}`, () => {
      assert.equal(apkVersion(semver, { revision: '0' }), version);
      assert.ok(isApkVersion(version));
    });
  }

  for (const version of ['1.2', '1.2.3-5', '1.2.3-feature', '1.2.3-alpha.beta', '1.2.3-constructor']) {
    it(`refuses ${version}`, () => {
      assert.equal(
        codeOf(() => apkVersion(version, { revision: '0' })),
        'apk-version',
      );
    });
  }

  for (const version of ['1.2.3_rc.1-r0', '1.2.3-rc.1', '1.2.3~rc1-r0', '1.2.3_foo1', '1.2.3-r', '']) {
    it(`knows ${JSON.stringify(version)} is none`, () => assert.equal(isApkVersion(version), false));
  }
});
