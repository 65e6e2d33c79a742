import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../src/log.ts';
import { factsJob } from '../../src/versions/release-facts.ts';

describe('changes of a release', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'release-facts-'));
    git('init', '--quiet', '--initial-branch=main');
    for (const tag of ['v1.4.0', 'between', 'v1.5.0']) {
      git('commit', '--quiet', '--allow-empty', '--message', tag);
      git('tag', tag);
    }
    git('clone', '--quiet', '--depth=1', `file://${root}`, join(root, 'cut'));
    git('clone', '--quiet', '--depth=3', '--branch=main', `file://${root}`, join(root, 'enough'));
    git('-C', 'enough', 'tag', '--force', 'v1.4.0', 'HEAD~2');
  });
  after(() => rmSync(root, { recursive: true }));

  function git(...args: readonly string[]): void {
    const env = { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
    execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=a@example.org', ...args], { cwd: root, env, stdio: 'pipe' });
  }

  async function told(clone: string, snapshot = false) {
    const warnings: string[] = [];
    const log: Log = { debug() {}, info() {}, warn: (text) => void warnings.push(text) };
    const release = { product: 'a', name: 'a', version: '1.5.0', snapshot, date: 0 };
    const product = { root: join(root, clone), tagPrefix: '' };
    const job = await factsJob({ product, release, options: {}, signal: AbortSignal.timeout(30_000), log });
    const subjects: string[] = [];
    for await (const { message } of job.history()) subjects.push(message);
    return { subjects, warnings };
  }

  it('are those since the one before', async () => {
    for (const clone of ['', 'enough']) assert.deepEqual(await told(clone), { subjects: ['v1.5.0', 'between'], warnings: [] });
  });

  it('are not told where a shallow clone lacks some', async () => {
    await assert.rejects(told('cut'), { code: 'history-shallow', exit: 2, hint: /git fetch --tags --unshallow/ });
  });

  it('are told of a snapshot with a warning', async () => {
    const { subjects, warnings } = await told('cut', true);
    assert.deepEqual(subjects, ['v1.5.0']);
    assert.match(warnings.join(), /^not all changes since the first commit are told: this clone is shallow/);
  });
});
