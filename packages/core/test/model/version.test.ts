import assert from 'node:assert/strict';
import fc from 'fast-check';
import semver from 'semver';
import { type GitFacts, highestTag, releaseDate, resolveVersion, versionOfTag } from '../../src/model/version.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

function facts(fields: Partial<GitFacts> = {}): GitFacts {
  return { commit: COMMIT, time: 1_700_000_000, dirty: false, tags: [], commitsSince: 0, shallow: false, ...fields };
}

const PLAIN = { snapshot: false, tagPrefix: '' };
const SNAPSHOT = { snapshot: true, tagPrefix: '' };

describe('resolveVersion', () => {
  it('takes a literal', () => assert.deepEqual(resolveVersion('1.2.3', undefined, PLAIN), { version: '1.2.3', snapshot: false }));
  it('lets --version win', () => assert.equal(resolveVersion('1.2.3', undefined, { ...PLAIN, override: 'v2.0.0' }).version, '2.0.0'));
  it('takes the tag at HEAD', () => assert.equal(resolveVersion('git', facts({ tags: ['v1.2.3'] }), PLAIN).version, '1.2.3'));
  it('takes the highest of several tags', () => {
    assert.equal(resolveVersion('git', facts({ tags: ['nightly', 'v1.10.0', 'v1.9.0', '1.10.0-rc.1'] }), PLAIN).version, '1.10.0');
  });
  it('reads tags of its own prefix only', () => {
    assert.equal(resolveVersion('git', facts({ tags: ['cli/v1.0.0', 'v9.0.0'] }), { snapshot: false, tagPrefix: 'cli/' }).version, '1.0.0');
  });

  for (const literal of ['1.2', 'latest', '', '01.2.3', ' 1.2.3', 'vv1.2.3', '=1.2.3', '1.2.3/../..', '1.2.3\n', '99999999999999999999.0.0']) {
    it(`refuses ${JSON.stringify(literal)}`, () =>
      assert.throws(() => resolveVersion(literal, undefined, PLAIN), { code: 'version-invalid', exit: 2 }));
  }

  it('needs a tag for "git"', () => {
    assert.throws(() => resolveVersion('git', facts({ tags: ['nightly'] }), PLAIN), {
      code: 'version-no-tag',
      message: 'Cannot read the version from git: HEAD 0123456 has no tag like "v1.2.3"; there is nightly',
      hint: 'tag the commit, or use --snapshot',
    });
  });

  it('tells how to complete a shallow clone', () => {
    assert.throws(() => resolveVersion('git', facts({ shallow: true }), PLAIN), { hint: /git fetch --tags --unshallow/ });
  });

  it('needs a repository for "git"', () => {
    assert.throws(() => resolveVersion('git', undefined, PLAIN), { code: 'version-no-git' });
    assert.throws(() => resolveVersion('git', undefined, SNAPSHOT), { code: 'version-no-git' });
  });

  const snapshots: readonly (readonly [configured: string, git: Partial<GitFacts> | undefined, version: string])[] = [
    ['git', { lastTag: 'v1.2.3', commitsSince: 4 }, '1.2.4-snapshot.4.g0123456'],
    ['git', { lastTag: 'v1.2.3', commitsSince: 4, dirty: true }, '1.2.4-snapshot.4.g0123456.dirty'],
    ['git', { lastTag: 'v2.0.0-rc.1', commitsSince: 1 }, '2.0.0-snapshot.1.g0123456'],
    ['git', { commitsSince: 7 }, '0.0.1-snapshot.7.g0123456'],
    ['1.5.0', { lastTag: 'v1.2.3', commitsSince: 4 }, '1.5.0-snapshot.4.g0123456'],
    ['1.5.0-rc.1+linux', { commitsSince: 4 }, '1.5.0-rc.1.snapshot.4.g0123456'],
    ['1.5.0', undefined, '1.5.0-snapshot'],
  ];
  for (const [configured, git, version] of snapshots) {
    it(`makes ${version}`, () => assert.deepEqual(resolveVersion(configured, git && facts(git), SNAPSHOT), { version, snapshot: true }));
  }

  it('knows a snapshot by its version', () => {
    const override = '1.2.4-snapshot.4.g0123456.dirty';
    assert.deepEqual(resolveVersion('git', undefined, { ...PLAIN, override }), { version: override, snapshot: true });
  });

  it('makes snapshots that are semver', () => {
    const tag = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => `v${parts.join('.')}`);
    const git = fc.record({ lastTag: tag, commitsSince: fc.nat(), dirty: fc.boolean() });
    fc.assert(
      fc.property(git, (fields) => {
        const { version } = resolveVersion('git', facts(fields), SNAPSHOT);
        return semver.valid(version) === version && semver.gt(version, fields.lastTag);
      }),
    );
  });
});

describe('versionOfTag', () => {
  it('takes a v or none', () => assert.deepEqual([versionOfTag('v1.0.0', ''), versionOfTag('1.0.0', '')], ['1.0.0', '1.0.0']));
  it('keeps build metadata', () => assert.equal(versionOfTag('v1.0.0+build.5', ''), '1.0.0+build.5'));
  it('passes over other tags', () => assert.equal(versionOfTag('release-1.0.0', ''), undefined));
});

describe('highestTag', () => {
  it('compares as semver, not as text', () => assert.equal(highestTag(['v1.9.0', 'v1.10.0', 'v1.10.0-rc.9'], ''), 'v1.10.0'));
  it('gives nothing where no tag is a version', () => assert.equal(highestTag(['x', 'latest'], ''), undefined));
});

describe('releaseDate', () => {
  it('prefers SOURCE_DATE_EPOCH', () => assert.deepEqual(releaseDate('1234', facts()), { date: 1234 }));
  it("falls back on the commit's time", () => assert.deepEqual(releaseDate('', facts()), { date: 1_700_000_000 }));
  it('ends at 1980 with a notice', () => {
    const { date, notice } = releaseDate(undefined, undefined);
    assert.equal(new Date(date * 1000).toISOString(), '1980-01-01T00:00:00.000Z');
    assert.match(notice ?? '', /SOURCE_DATE_EPOCH/);
  });
  for (const epoch of ['-1', '1.5', 'now', ' 1', '0x10', '999999999999', '1e3']) {
    it(`refuses ${JSON.stringify(epoch)}`, () => assert.throws(() => releaseDate(epoch, undefined), { code: 'date-invalid', exit: 2 }));
  }
});
