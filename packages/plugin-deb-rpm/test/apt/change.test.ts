import assert from 'node:assert/strict';
import { added, currentRelease, hasListed, removed, restored, retargeted } from '../../src/apt/change.ts';
import { EMPTY, isListed, type Package, type State } from '../../src/apt/state.ts';

function one(version: string, more: Partial<Package> = {}): Package {
  const { package: name = 'acme', architecture = 'amd64' } = more;
  return {
    ...{ component: 'main', package: name, version, architecture, key: `pool/main/a/acme/${name}_${version}_${architecture}.deb` },
    ...{ sha256: version, name: 'acme', release: version.replace('~', '-').replace(/-1$/, ''), stanza: `Package: ${name}`, files: [], ...more },
  };
}

function listed({ packages }: State): readonly string[] {
  return packages.filter(isListed).map(({ package: name, version }) => `${name} ${version}`);
}

const rules = (date = 100) => ({ keep: 2, date });
const published = (...versions: readonly string[]): State =>
  versions.reduce((state, version, index) => added(state, [one(version)], rules(index)), EMPTY);

describe('a suite', () => {
  it('is the same after the same package again', () => {
    const state = published('1.0-1');
    assert.equal(added(state, [one('1.0-1')], rules()), state);
  });

  it('does not depend on the order of publishing', () => {
    const packages = [one('1.0-1'), one('1.1-1'), one('1.0-1', { package: 'acme-doc', architecture: 'all' })];
    const states = [packages, packages.toReversed()].map((all) => all.reduce((state, each) => added(state, [each], rules()), EMPTY));
    assert.deepEqual(states[0], states[1]);
  });

  it('keeps two versions of each package', () => {
    const state = added(published('1.0-1', '1.1-1', '1.2-1'), [one('1.0-1', { package: 'other' })], rules());
    assert.deepEqual(listed(state), ['acme 1.1-1', 'acme 1.2-1', 'other 1.0-1']);
    assert.equal(state.packages.find(({ version, package: name }) => name === 'acme' && version === '1.0-1')?.retired, 2);
  });

  it('keeps what is published, however old', () => {
    assert.deepEqual(listed(published('1.1-1', '1.2-1', '1.0-1')), ['acme 1.0-1', 'acme 1.1-1', 'acme 1.2-1']);
  });

  it('refuses a second file of one identity', () => {
    const again = one('1.0-1', { key: 'pool/main/a/acme/again.deb', sha256: 'other' });
    assert.throws(() => added(published('1.0-1'), [again], rules()), { code: 'apt-twice' });
  });

  it('knows a package by its bytes', () => {
    const state = published('1.0-1');
    assert.equal(hasListed(state, one('1.0-1')), true);
    assert.equal(hasListed(state, one('1.0-1', { sha256: 'other' })), false);
  });

  it('tells the latest release, whatever the epochs', () => {
    const scripts = (version: string) => one(version, { package: 'scripts' });
    const server = one('1:1.0-1', { package: 'server', release: '1.0' });
    assert.equal(currentRelease(added(EMPTY, [server, scripts('2.0-1')], rules()), 'acme'), '2.0');
    assert.equal(currentRelease(added(EMPTY, [server, scripts('1.0~rc.1-1')], rules()), 'acme'), '1.0');
  });

  it('tells the release of the highest version', () => {
    assert.equal(currentRelease(published('1.2~rc.1-1', '1.10-1', '1.9-1'), 'acme'), '1.10');
    assert.equal(currentRelease(EMPTY, 'acme'), undefined);
    assert.equal(currentRelease(published('1.0-1'), 'other'), undefined);
  });
});

describe('a suite on its way back', () => {
  it('gives room to what was pushed out', () => {
    const state = published('1.0-1', '1.1-1', '1.2-1');
    assert.deepEqual(removed(state, new Set([one('1.2-1').key]), rules()), published('1.0-1', '1.1-1'));
  });

  it('is the same once clients are sent there', () => {
    const target = { name: 'acme', to: '1.0', suite: 'stable' };
    const state = retargeted(published('1.0-1', '1.1-1'), target, rules());
    assert.equal(retargeted(state, target, rules(200)), state);
  });

  it('is the same when there is nothing to remove', () => {
    const state = published('1.0-1');
    assert.equal(removed(state, new Set(['pool/other.deb']), rules()), state);
  });

  it('withdraws the later versions of that release alone', () => {
    const other = one('9.0-1', { package: 'other', name: 'other' });
    const state = added(published('1.0-1', '1.1-1'), [other], rules());
    const back = retargeted(state, { name: 'acme', to: '1.0', suite: 'stable' }, rules(500));
    assert.deepEqual(listed(back), ['acme 1.0-1', 'other 9.0-1']);
    assert.equal(currentRelease(back, 'acme'), '1.0');
    assert.deepEqual(restored(back, new Set([one('1.1-1').key])), state);
  });

  it('withdraws later versions of every package, whatever the epochs', () => {
    const release = (version: string) => [
      one(`1:${version}-1`, { package: 'server', release: version }),
      one(`${version}-1`, { package: 'scripts' }),
    ];
    const state = ['1.0', '2.0'].reduce((all, version) => added(all, release(version), rules()), EMPTY);
    const back = retargeted(state, { name: 'acme', to: '1.0', suite: 'stable' }, rules());
    assert.deepEqual(listed(back), ['scripts 1.0-1', 'server 1:1.0-1']);
    assert.equal(currentRelease(back, 'acme'), '1.0');
  });

  it('withdraws packages that came later, and none that went before', () => {
    const more = [one('0.9-1', { package: 'gone' }), one('1.1~rc.1-1', { package: 'new' })];
    const state = added(published('1.0-1', '1.1~rc.1-1'), more, rules());
    const back = (to: string) => listed(retargeted(state, { name: 'acme', to, suite: 'stable' }, rules()));
    assert.deepEqual(back('1.0'), ['acme 1.0-1', 'gone 0.9-1']);
    assert.deepEqual(back('1.1-rc.1'), ['acme 1.0-1', 'acme 1.1~rc.1-1', 'gone 0.9-1', 'new 1.1~rc.1-1']);
  });

  it('lists a version again that was pushed out', () => {
    const back = retargeted(published('1.0-1', '1.1-1', '1.2-1'), { name: 'acme', to: '1.0', suite: 'stable' }, rules());
    assert.deepEqual(listed(back), ['acme 1.0-1']);
  });

  it('does not bring back what was withdrawn', () => {
    const back = retargeted(published('1.0-1', '1.1-1'), { name: 'acme', to: '1.0', suite: 'stable' }, rules());
    const next = added(back, [one('1.2-1')], rules());
    assert.deepEqual(listed(removed(next, new Set([one('1.2-1').key]), rules())), ['acme 1.0-1']);
  });

  it('refuses a version that is not there', () => {
    for (const to of ['0.9', '1.1'])
      assert.throws(() => retargeted(published('1.0-1'), { name: 'acme', to, suite: 'stable' }, rules()), { code: 'version-absent' });
  });
});
