import assert from 'node:assert/strict';
import { type Impact, type NextInput, nextVersion } from '../../src/versions/next.ts';

function next(versions: readonly string[], input: Omit<NextInput, 'known'>): string {
  return nextVersion({ known: versions.map((version) => ({ tag: `v${version}`, version })), ...input }).version;
}

const NOTHING: Impact = { commits: 1, breaking: 0, features: 0 };

describe('nextVersion by type', () => {
  it('raises the part named', () => {
    assert.deepEqual(
      (['major', 'minor', 'patch', 'prerelease'] as const).map((type) => next(['1.2.3'], { type })),
      ['2.0.0', '1.3.0', '1.2.4', '1.2.4-rc.1'],
    );
  });

  it('ends a pre-release with its release', () => {
    assert.deepEqual(
      (['major', 'minor', 'patch'] as const).map((type) => next(['1.3.0-rc.2', '1.2.3'], { type })),
      ['2.0.0', '1.3.0', '1.3.0'],
    );
  });

  it('begins at 0.1.0', () => {
    assert.equal(next([], { type: 'minor' }), '0.1.0');
  });

  it('counts pre-releases of one identifier', () => {
    assert.equal(next(['1.3.0-rc.9', '1.3.0-rc.10', '1.3.0-beta.12', '1.2.3'], { type: 'prerelease' }), '1.3.0-rc.11');
    assert.equal(next(['1.3.0-beta.2', '1.2.3'], { type: 'prerelease', pre: 'rc' }), '1.3.0-rc.1');
    assert.equal(next(['1.3.0-beta.2', '1.2.3'], { type: 'minor', pre: true }), '1.3.0-beta.3');
    assert.equal(next(['1.2.3'], { type: 'major', pre: 'alpha' }), '2.0.0-alpha.1');
    assert.equal(next(['1.3.0-beta', '1.2.3'], { type: 'prerelease' }), '1.3.0-beta.1');
  });

  it('refuses to go backwards', () => {
    assert.throws(() => next(['1.3.0-rc.1', '1.2.3'], { type: 'prerelease', pre: 'beta' }), { code: 'version-backwards', exit: 2 });
  });

  it('refuses identifiers that are none', () => {
    for (const pre of ['', '1', 'a b', 'rc.1', '$(x)']) assert.throws(() => next(['1.0.0'], { type: 'patch', pre }), { code: 'pre-id-invalid' });
  });
});

describe('nextVersion by commits', () => {
  const auto = (versions: readonly string[], impact: Partial<Impact>, pre?: string): string =>
    next(versions, { type: 'auto', impact: { ...NOTHING, ...impact }, ...(pre === undefined ? {} : { pre }) });

  it('follows the greatest change', () => {
    assert.deepEqual(
      [auto(['1.2.3'], { breaking: 1, features: 2 }), auto(['1.2.3'], { features: 1 }), auto(['1.2.3'], {})],
      ['2.0.0', '1.3.0', '1.2.4'],
    );
  });

  it('counts what breaks below 1.0.0 as a feature', () => {
    assert.equal(auto(['0.4.1'], { breaking: 1 }), '0.5.0');
    assert.equal(auto(['0.4.1'], {}), '0.4.2');
  });

  it('begins at 0.1.0', () => {
    assert.equal(auto([], {}), '0.1.0');
  });

  it('keeps what a pre-release promised', () => {
    assert.equal(auto(['2.0.0-rc.1', '1.2.3'], { features: 1 }), '2.0.0');
    assert.equal(auto(['1.2.4-rc.1', '1.2.3'], { features: 1 }), '1.3.0');
    assert.equal(auto(['2.0.0-rc.1', '1.2.3'], { features: 1 }, 'rc'), '2.0.0-rc.2');
  });

  it('says why', () => {
    const why = (version: string) =>
      nextVersion({ known: [{ tag: 'v', version }], type: 'auto', impact: { commits: 3, breaking: 1, features: 1 } }).why;
    assert.equal(why('1.0.0'), 'major: 3 commits, 1 breaking, 1 feature');
    assert.equal(why('0.1.0'), 'minor: 3 commits, 1 breaking, 1 feature; below 1.0.0 what breaks is a minor');
  });
});
