import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock } from '../../src/lifecycle/lock.ts';

describe('release lock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function leave(holder: object): void {
    writeFileSync(
      join(folder, 'lock'),
      JSON.stringify({ host: hostname(), token: '0123456789abcdef', since: '2026-01-01T00:00:00.000Z', ...holder }),
    );
  }

  it('makes the folder and leaves nothing in it', async () => {
    const lock = await acquireLock(join(folder, 'a/b'));
    assert.deepEqual(readdirSync(join(folder, 'a/b')), ['lock']);
    await lock.release();
    assert.deepEqual(readdirSync(join(folder, 'a/b')), []);
  });

  it('names the living holder', async () => {
    leave({ pid: process.pid });
    await assert.rejects(acquireLock(folder), {
      code: 'locked',
      exit: 7,
      message: `Cannot work in "${folder}": process ${process.pid} on ${hostname()} has been working in it since 2026-01-01T00:00:00.000Z`,
    });
  });

  it('is not taken from a living process even by force', async () => {
    leave({ pid: process.pid });
    await assert.rejects(acquireLock(folder, { breakLock: true }), { code: 'locked', hint: 'wait until it ends, or stop it' });
  });

  it('is taken over from a dead process', async () => {
    leave({ pid: spawnSync(process.execPath, ['-e', '0']).pid });
    await (await acquireLock(folder)).release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is taken from another host by force only', async () => {
    leave({ host: 'build7.example', pid: 1 });
    await assert.rejects(acquireLock(folder), { exit: 7, hint: 'make sure it has ended, then use --break-lock' });
    await (await acquireLock(folder, { breakLock: true })).release();
  });

  it('is taken from an unreadable file by force only', async () => {
    writeFileSync(join(folder, 'lock'), 'garbage');
    await assert.rejects(acquireLock(folder), { message: `Cannot work in "${folder}": its lock file cannot be read` });
    await (await acquireLock(folder, { breakLock: true })).release();
  });

  it('locks under another name', async () => {
    await acquireLock(folder, { name: '.lock' });
    await acquireLock(folder);
    assert.deepEqual(readdirSync(folder).toSorted(), ['.lock', 'lock']);
  });

  it('stops another process until the first is killed', async () => {
    const holder = fork(join(import.meta.dirname, 'lock-holder.ts'), [folder], { execArgv: ['--conditions=source'] });
    await once(holder, 'message');
    await assert.rejects(acquireLock(folder), { code: 'locked' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await acquireLock(folder)).release();
  });
});
