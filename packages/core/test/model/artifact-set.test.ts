import assert from 'node:assert/strict';
import type { Artifact } from '../../src/model/artifact.ts';
import { ArtifactSet, filterArtifacts } from '../../src/model/artifact-set.ts';

function artifact(name: string, fields: Partial<Artifact> = {}): Artifact {
  return { name, size: 1, sha256: '00', kind: 'archive', type: 'file', scope: 'cell', digests: {}, ...fields };
}

function namesOf(artifacts: readonly Artifact[]): readonly string[] {
  return artifacts.map(({ name }) => name);
}

const ALL = [
  artifact('a.tar.gz', { format: 'tar.gz', platform: 'linux-amd64' }),
  artifact('b.zip', { format: 'zip', platform: 'windows-amd64', variant: 'minimal' }),
  artifact('c.deb', { format: 'deb', kind: 'package', platform: 'linux-amd64' }),
  artifact('checksums.sha256', { kind: 'checksums', scope: 'release' }),
];

describe('filterArtifacts', () => {
  it('gives all without a filter', () => assert.equal(filterArtifacts(ALL).length, 4));
  it('matches one value', () => assert.deepEqual(namesOf(filterArtifacts(ALL, { kind: 'package' })), ['c.deb']));
  it('matches any of several values', () => assert.deepEqual(namesOf(filterArtifacts(ALL, { format: ['zip', 'deb'] })), ['b.zip', 'c.deb']));
  it('wants every field to match', () => assert.deepEqual(namesOf(filterArtifacts(ALL, { platform: 'linux-amd64', kind: 'archive' })), ['a.tar.gz']));
  it('leaves out what lacks the field', () => assert.deepEqual(namesOf(filterArtifacts(ALL, { variant: ['minimal', 'complete'] })), ['b.zip']));
  it('matches the scope', () => assert.deepEqual(namesOf(filterArtifacts(ALL, { scope: 'release' })), ['checksums.sha256']));
});

describe('ArtifactSet', () => {
  it('gives artifacts in the order of names', () => {
    const set = new ArtifactSet();
    for (const name of ['b', 'a-1', 'a']) set.add(artifact(name));
    assert.deepEqual(namesOf(set.select()), ['a', 'a-1', 'b']);
  });

  it('shows what was added later', () => {
    const set = new ArtifactSet();
    set.add(artifact('a'));
    set.select();
    set.add(artifact('b'));
    assert.equal(set.select().length, 2);
  });

  it('finds an artifact by name', () => {
    const set = new ArtifactSet();
    set.add(artifact('a'));
    assert.equal(set.get('a')?.name, 'a');
    assert.equal(set.get('A'), undefined);
  });

  it('freezes what it keeps', () => {
    assert.ok(Object.isFrozen(new ArtifactSet().add(artifact('a'))));
  });

  it('refuses a name twice, in any case', () => {
    const set = new ArtifactSet();
    set.add(artifact('Tool.zip', { instance: 'zip' }));
    assert.throws(() => set.add(artifact('tool.zip')), {
      code: 'artifact-duplicate',
      message: 'Cannot add artifact "tool.zip": packages.zip has made "Tool.zip"',
    });
  });
});
