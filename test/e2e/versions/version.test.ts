import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { result, run, succeed } from '../cli.ts';
import { git, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';
import { type Made, makeHistory } from './history.ts';

interface Answer {
  readonly name: string;
  readonly current?: string;
  readonly next?: string;
  readonly why: string;
  readonly here: readonly string[];
  readonly notice?: string;
}

describe('versions', function () {
  this.timeout(60_000);
  const box = sandbox();

  /** Everything of the project is ignored but what the history holds. */
  function repository(commits: readonly Made[], config = 'version: git') {
    const project = box.project({ ...smallProject({ version: config }), '.gitignore': '/*\n!/history\n' });
    makeHistory(project, commits);
    return project;
  }

  const RELEASED: readonly Made[] = [{ message: 'feat: one', tags: ['v1.2.0'] }];

  async function asked(commits: readonly Made[], ...args: readonly string[]): Promise<Answer> {
    return result<Answer>(await succeed(repository(commits), ['version', '--json', ...args]));
  }

  it('are told with the reason', async () => {
    const answer = await asked([...RELEASED, { message: 'fix: two' }, { message: 'feat: three' }]);
    assert.deepEqual([answer.current, answer.next, answer.why], ['1.2.0', '1.3.0', 'minor: 2 commits, 1 feature']);
  });

  it('follow what breaks', async () => {
    assert.equal((await asked([...RELEASED, { message: 'fix: two\n\nBREAKING CHANGE: all of it' }])).next, '2.0.0');
  });

  it('have no next one where nothing is new', async () => {
    const answer = await asked(RELEASED);
    assert.deepEqual([answer.current, answer.next, answer.why], ['1.2.0', undefined, 'Cannot give HEAD another version: it is tagged v1.2.0']);
  });

  it('say which of two tags counts', async () => {
    const answer = await asked([{ message: 'a', tags: ['v1.2.0', 'v1.10.0', '1.2.0'] }]);
    assert.deepEqual(answer.here[0], 'v1.10.0');
    assert.match(answer.notice ?? '', /^HEAD has 3 tags of versions: v1\.10\.0 is used, not /);
  });

  it('say it when releasing, too', async () => {
    const ran = await succeed(repository([{ message: 'a', tags: ['v1.2.0', 'v1.10.0'] }]), ['plan']);
    assert.match(ran.stderr + ran.stdout, /v1\.10\.0 is used, not v1\.2\.0/);
  });

  it('begin before the first tag', async () => {
    const answer = await asked([{ message: 'fix: one' }]);
    assert.deepEqual([answer.current, answer.next], [undefined, '0.1.0']);
  });

  it('are those of the tag prefix', async () => {
    const project = repository([{ message: 'feat: a', tags: ['cli/v2.0.0', 'v9.0.0'] }, { message: 'fix: b' }], 'version: git\ntagPrefix: cli/');
    assert.equal(result<Answer>(await succeed(project, ['version', '--json'])).next, '2.0.1');
  });

  it('are released by type, with what is in git', async () => {
    const project = repository([...RELEASED, { message: 'fix: two' }]);
    await succeed(project, ['release', '--release-type', 'minor', '--pre-release']);
    assert.equal(JSON.parse(project.read('published/acme/1.3.0-rc.1/release.json')).version, '1.3.0-rc.1');
  });

  it('never go backwards', async () => {
    const project = repository([...RELEASED, { message: 'fix: two' }]);
    const ran = await run(project, ['release', '--version', '1.1.0', '--dry-run']);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, /Cannot release "1\.1\.0": HEAD descends from v1\.2\.0, which is not below it/);
  });

  it('are not given twice', async () => {
    const ran = await run(repository(RELEASED), ['release', '--release-type', 'patch', '--dry-run']);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, /it is tagged v1\.2\.0/);
  });

  it('are not given by two flags', async () => {
    const ran = await run(repository(RELEASED), ['release', '--release-type', 'patch', '--version', '3.0.0']);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, /--version gives one/);
  });

  it('are not counted on from a literal', async () => {
    const ran = await run(repository([{ message: 'a' }], 'version: 1.0.0'), ['release', '--release-type', 'patch']);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, /the configuration says "version: 1\.0\.0"/);
  });

  it('are not guessed in a shallow clone', async () => {
    const project = repository([...RELEASED, { message: 'fix: two' }, { message: 'fix: three' }]);
    const clone = box.project(smallProject({ version: 'version: git' }));
    const env = { PATH: process.env.PATH, HOME: clone.home };
    execFileSync('git', ['clone', '--quiet', '--bare', '--depth=1', '--no-tags', `file://${project.root}`, clone.path('.git')], {
      env,
      stdio: 'pipe',
    });
    git(clone, 'config', 'core.bare', 'false');
    const ran = await run(clone, ['version']);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, /this clone is shallow[\s\S]*--unshallow/);
    assert.match((await succeed(clone, ['status', '--version', '1.2.0'])).stdout, /current version: none; next: .*this clone is shallow/);
  });

  it('need no branch', async () => {
    const project = repository([...RELEASED, { message: 'fix: two' }]);
    git(project, 'checkout', '--quiet', '--detach');
    assert.equal(result<Answer>(await succeed(project, ['version', '--json'])).next, '1.2.1');
  });
});
