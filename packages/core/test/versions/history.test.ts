import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryCommit } from '../../src/facts.ts';
import { type Git, openGit } from '../../src/git.ts';
import { history } from '../../src/versions/history.ts';

async function all(commits: AsyncIterable<HistoryCommit>): Promise<readonly HistoryCommit[]> {
  const list: HistoryCommit[] = [];
  for await (const commit of commits) list.push(commit);
  return list;
}

describe('history', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'history-'));
    git(['init', '--quiet', '--initial-branch=main']);
    for (const message of ['first', 'second\n\nwith a body\n', 'third', 'grüß dich']) commit(message);
    git(['tag', 'one', 'HEAD~2']);
    git(['branch', 'one', 'HEAD']);
  });
  after(() => rmSync(root, { recursive: true }));

  function git(args: readonly string[]): void {
    const env = { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
    execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=a@example.org', ...args], { cwd: root, env, stdio: 'pipe' });
  }

  function commit(message: string): void {
    git(['commit', '--quiet', '--allow-empty', '--message', message]);
  }

  async function open(signal?: AbortSignal): Promise<Git> {
    const found = await openGit(root, { tagPrefix: '', ...(signal && { signal }) });
    assert.ok(found);
    return found;
  }

  it('gives whole messages, the newest first', async () => {
    const messages = (await all(history(await open()))).map(({ message }) => message);
    assert.deepEqual(messages, ['grüß dich', 'third', 'second\n\nwith a body', 'first']);
  });

  it('takes a tag before a branch of its name', async () => {
    const messages = (await all(history(await open(), { from: 'one' }))).map(({ message }) => message);
    assert.deepEqual(messages, ['grüß dich', 'third']);
  });

  it('may be left early', async () => {
    for await (const { author, parents } of history(await open())) {
      assert.deepEqual([author, parents.length], ['Ann', 1]);
      break;
    }
  });

  it('ends with the run', async () => {
    const controller = new AbortController();
    const repository = await open(controller.signal);
    controller.abort(new Error('interrupted'));
    await assert.rejects(all(history(repository)));
  });

  it('refuses what is no ref', async () => {
    for (const from of ['none', '--all', '-n1', 'one..HEAD', '^one', ''])
      await assert.rejects(all(history(await open(), { from })), { code: 'ref-unknown', exit: 2 }, from);
  });
});
