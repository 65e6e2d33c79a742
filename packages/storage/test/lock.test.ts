import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileLock, isLock, type LockHolder, takeLock } from '../src/index.ts';

describe('file lock', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function leave(holder: Partial<LockHolder>): void {
    writeFileSync(path, JSON.stringify({ host: hostname(), pid: process.pid, token: '0123456789abcdef', since: '2026-01-01T00:00:00Z', ...holder }));
  }

  async function taken(): Promise<boolean> {
    return isLock(await takeLock(path));
  }

  it('is held by one at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => takeLock(path)));
    assert.equal(answers.filter(isLock).length, 1);
  });

  it('names its holder', async () => {
    await takeLock(path);
    const { host, pid } = JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
    assert.deepEqual({ host, pid }, { host: hostname(), pid: process.pid });
  });

  it('leaves nothing when released', async () => {
    const lock = (await takeLock(path)) as FileLock;
    await lock.release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('takes over from a process that ended', async () => {
    leave({ pid: spawnSync(process.execPath, ['-e', '0']).pid });
    assert.equal(await taken(), true);
    assert.deepEqual(readdirSync(folder), ['lock']);
  });

  it('lets one of many take over', async () => {
    leave({ pid: spawnSync(process.execPath, ['-e', '0']).pid });
    const answers = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)));
    assert.equal(answers.filter(isLock).length, 1);
  });

  it('takes over after another boot', async () => {
    leave({ boot: 'another' });
    assert.equal(await taken(), process.platform === 'linux');
  });

  it('takes over when the number was reused', async () => {
    leave({ start: '1' });
    assert.equal(await taken(), process.platform === 'linux');
  });

  it('respects a living process and another host', async () => {
    leave({});
    assert.equal(await taken(), false);
    leave({ host: 'elsewhere.example', pid: 999_999 });
    assert.equal(await taken(), false);
  });

  it('respects a file it cannot read as a lock', async () => {
    for (const text of ['', 'not json', '{"host":1}', '{"host":"x","pid":-1,"token":"0123456789abcdef"}', '{"host":"x","pid":1,"token":"../../x"}']) {
      writeFileSync(path, text);
      assert.equal(await taken(), false);
      assert.equal(readFileSync(path, 'utf8'), text);
    }
  });

  it('takes over from a killed usurper as well', async () => {
    const dead = spawnSync(process.execPath, ['-e', '0']).pid;
    leave({ pid: dead });
    writeFileSync(`${path}.0123456789abcdef`, JSON.stringify({ host: hostname(), pid: dead, token: 'fedcba9876543210', since: '' }));
    assert.equal(await taken(), true);
    assert.deepEqual(readdirSync(folder), ['lock']);
  });

  it('leaves a broken lock to who broke it', async () => {
    const lock = (await takeLock(path)) as FileLock;
    await takeLock(path, () => true);
    await lock.release();
    assert.deepEqual(readdirSync(folder), ['lock']);
  });
});
