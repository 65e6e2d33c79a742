import assert from 'node:assert/strict';
import { previousTag, tagOfVersion, versionTags } from '../../src/model/version-tags.ts';

describe('version tags', () => {
  const TAGS = ['v1.0.0', 'v1.1.0-rc.1', 'v1.1.0', 'v1.10.0', 'nightly', 'cli/v3.0.0'];

  it('stand the highest first', () => {
    assert.deepEqual(
      versionTags(TAGS, '').map(({ tag }) => tag),
      ['v1.10.0', 'v1.1.0', 'v1.1.0-rc.1', 'v1.0.0'],
    );
  });

  it('belong to their prefix', () => {
    assert.deepEqual(versionTags(TAGS, 'cli/'), [{ tag: 'cli/v3.0.0', version: '3.0.0' }]);
  });

  it('lead from a release to the release before', () => {
    assert.equal(previousTag(TAGS, '', '1.1.0'), 'v1.0.0');
    assert.equal(previousTag([...TAGS, 'v2.0.0-rc.1'], '', '2.0.0'), 'v1.10.0');
  });

  it('lead from a pre-release to a pre-release', () => {
    assert.equal(previousTag(TAGS, '', '1.1.0-rc.2'), 'v1.1.0-rc.1');
  });

  it('know of nothing before the first', () => {
    assert.equal(previousTag(TAGS, '', '1.0.0'), undefined);
  });

  it('are spelled as the others', () => {
    assert.equal(tagOfVersion(TAGS, '', '1.1.0'), 'v1.1.0');
    assert.equal(tagOfVersion(TAGS, '', '2.0.0'), 'v2.0.0');
    assert.equal(tagOfVersion(['1.0.0'], '', '2.0.0'), '2.0.0');
    assert.equal(tagOfVersion([], 'cli/', '2.0.0'), 'cli/v2.0.0');
  });
});
