import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, type GitFacts, gitFacts, withoutUserinfo } from '../src/git.ts';

/** The one tool these tests cannot do without: whoever has the repository has git. */
describe('gitFacts', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'git-')));
    git('init', '--quiet', '--initial-branch=main');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid', '-c', 'commit.gpgsign=false', '-c', 'tag.gpgsign=false'];
    const env = { PATH: process.env.PATH, HOME: root, GIT_COMMITTER_DATE: '1700000000 +0200', GIT_AUTHOR_DATE: '1600000000 +0000' };
    return execFileSync('git', [...identity, ...args], { cwd: root, env, encoding: 'utf8' }).trim();
  }

  function commit(...tags: readonly string[]): void {
    git('commit', '--quiet', '--allow-empty', '--message=x');
    for (const tag of tags) git('tag', tag);
  }

  async function facts(options: Partial<Parameters<typeof gitFacts>[1]> = {}): Promise<GitFacts> {
    const found = await gitFacts(root, { tagPrefix: '', ...options });
    assert.ok(found);
    return found;
  }

  it('knows commit and committer time', async () => {
    commit();
    const { commit: id, time } = await facts();
    assert.deepEqual([id, time], [git('rev-parse', 'HEAD'), 1_700_000_000]);
  });

  it('knows the tags at HEAD, annotated ones too', async () => {
    commit('v1.0.0');
    commit('v1.1.0', 'nightly');
    git('tag', '--annotate', '--message=x', 'v1.1.1');
    assert.deepEqual((await facts()).tags, ['nightly', 'v1.1.0', 'v1.1.1']);
  });

  it('counts commits since the highest version', async () => {
    commit('v1.10.0');
    commit('v1.9.0', 'zzz');
    commit();
    const { lastTag, commitsSince, tags } = await facts();
    assert.deepEqual([lastTag, commitsSince, tags], ['v1.10.0', 2, []]);
  });

  it('counts all commits without a version', async () => {
    commit('nightly');
    commit();
    const { lastTag, commitsSince } = await facts();
    assert.deepEqual([lastTag, commitsSince], [undefined, 2]);
  });

  it('sees tags of its prefix only', async () => {
    commit('cli/v1.0.0');
    commit('v9.0.0');
    assert.equal((await facts({ tagPrefix: 'cli/' })).lastTag, 'cli/v1.0.0');
  });

  it('sees tags of its own history only', async () => {
    commit('v1.0.0');
    git('checkout', '--quiet', '-b', 'other');
    commit('v2.0.0');
    git('checkout', '--quiet', 'main');
    assert.equal((await facts()).lastTag, 'v1.0.0');
  });

  it('takes a fresh commit for clean', async () => {
    commit();
    assert.equal((await facts()).dirty, false);
  });

  it('takes untracked files for dirty', async () => {
    commit();
    writeFileSync(join(root, 'new'), '');
    assert.equal((await facts()).dirty, true);
  });

  it('takes our own outputs for clean', async () => {
    commit();
    for (const folder of ['dist', 'out/packages']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'dist/a'), '');
    writeFileSync(join(root, 'out/packages/b'), '');
    const outputs = [join(root, 'dist'), join(root, 'out/packages'), join(root, 'nope'), '/elsewhere'];
    assert.equal((await facts({ outputs })).dirty, false);
  });

  it('looks from a folder below as well', async () => {
    commit();
    mkdirSync(join(root, 'cli'));
    writeFileSync(join(root, 'new'), '');
    assert.equal((await gitFacts(join(root, 'cli'), { tagPrefix: '' }))?.dirty, true);
  });

  it('knows the remote without its secrets', async () => {
    commit();
    git('remote', 'add', 'upstream', 'https://example.invalid/other.git');
    git('remote', 'add', 'origin', 'https://user:token@example.invalid/acme.git');
    assert.equal((await facts()).remote, 'https://example.invalid/acme.git');
  });

  it('knows a shallow clone', async () => {
    commit();
    commit();
    git('clone', '--quiet', '--depth=1', `file://${root}`, 'shallow');
    const clone = await gitFacts(join(root, 'shallow'), { tagPrefix: '' });
    assert.deepEqual([clone?.shallow, clone?.commitsSince], [true, 1]);
  });

  it('knows nothing outside a repository', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    assert.equal(await gitFacts(outside, { tagPrefix: '' }), undefined);
    rmSync(outside, { recursive: true });
  });

  it('knows nothing before the first commit', async () => {
    assert.equal(await gitFacts(root, { tagPrefix: '' }), undefined);
  });

  it('knows nothing without a git program', async () => {
    commit();
    assert.equal(await gitFacts(root, { tagPrefix: '', env: { PATH: join(root, 'empty') } }), undefined);
  });

  it('runs nothing the repository names', async () => {
    const trap = join(root, '.git/trap');
    writeFileSync(trap, `#!/bin/sh\ntouch ${root}/.git/sprung\n`);
    chmodSync(trap, 0o755);
    for (const key of ['core.fsmonitor', 'core.pager', 'pager.status', 'gpg.program', 'core.sshCommand']) git('config', key, trap);
    git('config', 'log.showSignature', 'true');
    writeFileSync(join(root, 'tracked'), '');
    git('-c', 'core.fsmonitor=false', 'add', 'tracked');
    git('-c', 'core.fsmonitor=false', 'commit', '--quiet', '--allow-empty', '--message=x');
    rmSync(join(root, '.git/sprung'), { force: true });
    await facts();
    assert.equal(existsSync(join(root, '.git/sprung')), false);
  });

  it('looks past GIT_DIR of a surrounding hook', async () => {
    commit();
    const env = { ...process.env, GIT_DIR: '/nowhere', GIT_WORK_TREE: '/nowhere' };
    assert.equal((await facts({ env })).commit, git('rev-parse', 'HEAD'));
  });

  describe('with a git that answers oddly', () => {
    function fake(script: string): NodeJS.ProcessEnv {
      const folder = join(root, 'fake');
      mkdirSync(folder);
      writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, 'git'), 0o755);
      return { PATH: `${folder}:${process.env.PATH}` };
    }

    it('says whom the repository belongs to', async () => {
      const env = fake(`echo "fatal: detected dubious ownership in repository at '$PWD'" >&2; exit 128`);
      await assert.rejects(gitFacts(root, { tagPrefix: '', env }), {
        code: 'git-ownership',
        message: `Cannot read git in "${root}": the repository belongs to another user`,
        hint: `if you trust it, run: git config --global --add safe.directory ${JSON.stringify(root)}`,
      });
    });

    it('passes on what git says, without secrets', async () => {
      const env = fake(`echo "fatal: bad object at https://user:token@example.invalid/x" >&2; exit 128`);
      await assert.rejects(gitFacts(root, { tagPrefix: '', env }), {
        code: 'git-failed',
        message: `Cannot run git rev-parse in "${root}": fatal: bad object at https://example.invalid/x`,
      });
    });

    it('gives up on a git that hangs', async () => {
      const env = fake('exec sleep 30');
      await assert.rejects(gitFacts(root, { tagPrefix: '', env, timeout: 200 }), { code: 'git-timeout' });
    });
  });
});

describe('findProgram', () => {
  it('passes over relative PATH entries', () => {
    assert.equal(findProgram('sh', { PATH: '.:bin::../bin' }), undefined);
  });

  it('passes over folders of that name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'path-'));
    mkdirSync(join(folder, 'git'));
    assert.equal(findProgram('git', { PATH: folder }), undefined);
    rmSync(folder, { recursive: true });
  });
});

describe('withoutUserinfo', () => {
  const cases: readonly (readonly [remote: string, shown: string])[] = [
    ['https://user:token@example.invalid/a.git', 'https://example.invalid/a.git'],
    ['https://token@example.invalid/a.git', 'https://example.invalid/a.git'],
    ['https://example.invalid/a.git?private_token=x#y', 'https://example.invalid/a.git'],
    ['ssh://git:secret@example.invalid/a.git', 'ssh://git@example.invalid/a.git'],
    ['git@example.invalid:acme/a.git', 'git@example.invalid:acme/a.git'],
    ['../a.git', '../a.git'],
  ];
  for (const [remote, shown] of cases) it(`shows ${shown} for ${remote}`, () => assert.equal(withoutUserinfo(remote), shown));
});
