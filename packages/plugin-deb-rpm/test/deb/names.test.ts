import assert from 'node:assert/strict';
import { architecture, fileName, packageNames } from '../../src/deb/names.ts';
import { AMD64, codeOf, optionsOf, RELEASE } from '../package.ts';

const CELL = { platform: AMD64, variant: undefined, variants: [], package: 'acme' };
const VARIANTS = ['complete', 'minimal', 'tiny'];

describe('names of debs', () => {
  it('are the package without variants', () => assert.deepEqual(packageNames(CELL), { own: 'acme', bare: 'acme', siblings: [] }));

  it('are bare for the first variant', () => {
    assert.deepEqual(packageNames({ ...CELL, variant: 'complete', variants: VARIANTS }), {
      own: 'acme',
      bare: 'acme',
      siblings: ['acme-minimal', 'acme-tiny'],
    });
  });

  it('carry the name of other variants', () => {
    assert.deepEqual(packageNames({ ...CELL, variant: 'minimal', variants: VARIANTS }), {
      own: 'acme-minimal',
      bare: 'acme',
      siblings: ['acme', 'acme-tiny'],
    });
  });

  it('are of small letters', () => assert.equal(packageNames({ ...CELL, package: 'Acme' }).own, 'acme'));

  for (const wrong of ['a', '', 'my_tool', '-tool', '.tool', 'tool name', 'tool\n', '../tool', 'größe', '@acme/tool']) {
    it(`refuse ${JSON.stringify(wrong)}`, () =>
      assert.equal(
        codeOf(() => packageNames({ ...CELL, package: wrong })),
        'deb-name',
      ));
  }

  it('refuse a variant Debian cannot name', () => {
    assert.equal(
      codeOf(() => packageNames({ ...CELL, variant: 'a', variants: ['a', 'b_c'] })),
      'deb-name',
    );
  });

  it('of files leave the epoch out', () => {
    const cell = { ...CELL, variant: 'minimal', variants: VARIANTS };
    const options = optionsOf({ epoch: 1, revision: '2~bpo12+1' });
    assert.equal(fileName({ release: { ...RELEASE, version: '1.2.0-rc.1' }, options, cell }), 'acme-minimal_1.2.0~rc.1-2~bpo12+1_amd64.deb');
  });
});

describe('architectures of debs', () => {
  it('come from the platform', () => assert.equal(architecture({ platform: { ...AMD64, deb: 'ppc64el' } }), 'ppc64el'));
  it('are all without a platform', () => assert.equal(architecture({ platform: undefined }), 'all'));
  it('refuse a platform Debian has no name for', () => {
    const { deb: _, ...platform } = AMD64;
    assert.equal(
      codeOf(() => architecture({ platform })),
      'deb-architecture',
    );
  });
  it('refuse a name with a space', () =>
    assert.equal(
      codeOf(() => architecture({ platform: { ...AMD64, deb: 'amd64 x' } })),
      'deb-architecture',
    ));
});
