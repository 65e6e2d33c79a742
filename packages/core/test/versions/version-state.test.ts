import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseBackwards, releaseVersion } from '../../src/versions/version-state.ts';

describe('version state', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'version-state-'));
    git('init', '--quiet', '--initial-branch=main');
    commit('feat: one', 'v1.4.0');
    commit('feat: two', 'v1.5.0');
    commit('fix: three', 'v1.5.1-rc.1');
  });
  after(() => rmSync(root, { recursive: true }));

  function git(...args: readonly string[]): void {
    const env = { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
    execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=a@example.org', ...args], { cwd: root, env, stdio: 'pipe' });
  }

  function commit(message: string, tag?: string): void {
    git('commit', '--quiet', '--allow-empty', '--message', message);
    if (tag !== undefined) git('tag', tag);
  }

  function refused(version: string): Promise<void> {
    return refuseBackwards({ root, tagPrefix: '', version: 'git' }, version, AbortSignal.timeout(30_000));
  }

  it('takes no version of another commit', async () => {
    for (const version of ['1.4.0', '1.5.0', 'v1.5.0']) await assert.rejects(refused(version), { code: 'version-backwards' });
  });

  it('takes the version HEAD is tagged with', async () => {
    await refused('1.5.1-rc.1');
    await refused('1.5.1');
  });

  it('takes the highest version of no other commit', async () => {
    commit('fix: four');
    await assert.rejects(refused('1.5.1-rc.1'), { code: 'version-backwards' });
    await refused('1.5.1');
  });

  it('leaves what is no version to others', async () => {
    for (const version of ['abc', '1.0', '', 'v']) await refused(version);
  });

  describe('of a shallow clone', () => {
    before(() => {
      git('checkout', '--quiet', '--orphan', 'other');
      commit('feat: base', 'cli/v1.4.0');
      for (const subject of ['feat!: a', 'feat!: b', 'feat!: c']) commit(subject);
      git('tag', 'cli/v1.5.0-rc.1');
      for (const subject of ['fix: d', 'fix: e']) commit(subject);
    });

    /** With the tags that are in it. */
    async function next(depth: number, type: 'auto' | 'prerelease' = 'auto'): Promise<string> {
      const folder = join(root, `depth-${depth}-${type}`);
      git('clone', '--quiet', '--no-tags', `--depth=${depth}`, '--branch=other', `file://${root}`, folder);
      git('-C', folder, 'tag', 'cli/v1.5.0-rc.1', 'HEAD~2');
      if (depth === 6) git('-C', folder, 'tag', 'cli/v1.4.0', 'HEAD~5');
      return nextOf(folder, type);
    }

    async function nextOf(folder: string, type: 'auto' | 'prerelease'): Promise<string> {
      const product = { root: folder, tagPrefix: 'cli/', version: 'git' };
      return (await releaseVersion(product, { type }, AbortSignal.timeout(30_000))).next.version;
    }

    it('is not told from a pre-release alone', async () => {
      assert.equal(await nextOf(root, 'auto'), '2.0.0');
      await assert.rejects(next(4), { code: 'version-shallow', exit: 2 });
    });

    it('is told where the last release is in it', async () => {
      assert.equal(await next(6), '2.0.0');
    });

    it('is told where history does not matter', async () => {
      assert.equal(await next(4, 'prerelease'), '1.5.0-rc.2');
    });
  });
});
