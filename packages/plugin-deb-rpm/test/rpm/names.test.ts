import assert from 'node:assert/strict';
import { architecture, fileName, packageNames } from '../../src/rpm/names.ts';
import { codeOf, optionsOf, RELEASE, X86_64 } from './rpm-package.ts';

const variants = ['minimal', 'complete'];

describe('the names of rpms', () => {
  it('give the first variant the bare one', () => {
    assert.deepEqual(packageNames({ package: 'acme', variant: 'minimal', variants }), { own: 'acme', bare: 'acme', siblings: ['acme-complete'] });
    assert.deepEqual(packageNames({ package: 'acme', variant: 'complete', variants }), { own: 'acme-complete', bare: 'acme', siblings: ['acme'] });
  });

  for (const name of ['', '-acme', '.acme', 'ac me', 'acmé', 'acme/x', 'acme\n', '%acme'])
    it(`refuse ${JSON.stringify(name)}`, () => {
      assert.equal(
        codeOf(() => packageNames({ package: name, variant: undefined, variants: [] })),
        'rpm-name',
      );
    });

  it('name architectures as rpm does', () => {
    assert.equal(architecture({ platform: X86_64 }), 'x86_64');
    assert.equal(architecture({ platform: undefined }), 'noarch');
    assert.equal(
      codeOf(() => architecture({ platform: { name: 'linux-x', os: 'linux', cpu: 'x' } })),
      'rpm-architecture',
    );
    assert.equal(
      codeOf(() => architecture({ platform: { ...X86_64, rpm: '../x' } })),
      'rpm-architecture',
    );
  });

  it('become the file name without epoch', () => {
    const release = { ...RELEASE, version: '1.2.0-rc.1' };
    const cell = { platform: X86_64, variant: undefined, variants: [], package: 'acme' };
    assert.equal(fileName({ release, options: optionsOf({ epoch: 3 }), cell }), 'acme-1.2.0~rc.1-1.x86_64.rpm');
  });
});
