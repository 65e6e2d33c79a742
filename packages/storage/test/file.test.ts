import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileStorage, isLock, type Storage, takeLock } from '../src/index.ts';
import { all, behavesAsStorage } from './behaviour.ts';

let folder = '';
let root = '';

function open(): Storage {
  folder = mkdtempSync(join(tmpdir(), 'storage-'));
  root = join(folder, 'root');
  return fileStorage(root);
}

function close(): void {
  rmSync(folder, { recursive: true });
}

behavesAsStorage('a directory', { open: async () => open(), close: async () => close() });

describe('file storage', () => {
  let storage: Storage;
  beforeEach(() => {
    storage = open();
  });
  afterEach(close);

  it('makes nothing before the first write', async () => {
    assert.equal(await storage.get('a'), undefined);
    assert.equal(existsSync(root), false);
  });

  it('leaves no temporary file', async () => {
    await storage.put('a/b', Buffer.from('x'));
    await storage.putIf('a/c', Buffer.from('x'), 'absent');
    assert.deepEqual(readdirSync(root, { recursive: true }).toSorted(), ['a', 'a/b', 'a/c']);
  });

  it('leaves nothing of a failed write', async () => {
    await assert.rejects(storage.put('a/b/c', { path: join(folder, 'missing'), size: 1 }), /ENOENT/);
    assert.deepEqual(readdirSync(root), []);
  });

  it('removes directories that became empty', async () => {
    await storage.put('a/b/c', Buffer.from('x'));
    await storage.put('a/d', Buffer.from('x'));
    await storage.delete('a/b/c');
    assert.deepEqual(readdirSync(join(root, 'a')), ['d']);
    await storage.delete('a/d');
    assert.deepEqual(readdirSync(root), []);
  });

  it('refuses a directory where an object goes', async () => {
    await storage.put('a/b', Buffer.from('x'));
    await assert.rejects(storage.put('a', Buffer.from('x')));
    assert.deepEqual(readdirSync(root, { recursive: true }).toSorted(), ['a', 'a/b']);
  });

  it('refuses an object where a directory goes', async () => {
    await storage.put('a', Buffer.from('x'));
    await assert.rejects(storage.put('a/b', Buffer.from('x')), /is not a directory/);
  });

  it('refuses keys that look like its temporary files', async () => {
    await assert.rejects(storage.put('a/.~b', Buffer.from('x')), TypeError);
  });

  it('follows no link out of the root', async () => {
    mkdirSync(root);
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(folder, join(root, 'out'));
    symlinkSync(join(folder, 'secret'), join(root, 'file'));
    await assert.rejects(storage.put('out/x', Buffer.from('x')), /symbolic link/);
    await assert.rejects(storage.get('out/secret'), /symbolic link/);
    await assert.rejects(storage.delete('out/secret'), /symbolic link/);
    await assert.rejects(storage.get('file'), /symbolic link/);
    assert.deepEqual(
      (await all(storage.list(''))).map(({ key }) => key),
      ['file', 'out'],
    );
    assert.deepEqual(readdirSync(folder).toSorted(), ['root', 'secret']);
  });

  it('replaces a link, not what it points to', async () => {
    mkdirSync(root);
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(join(folder, 'secret'), join(root, 'file'));
    await storage.put('file', Buffer.from('x'));
    assert.equal(statSync(join(folder, 'secret')).size, 6);
    assert.equal(statSync(join(root, 'file')).size, 1);
  });

  it('stores links and modes', async () => {
    const path = join(folder, 'tool');
    writeFileSync(path, '#!');
    await storage.put('bin/tool', { path, size: 2, mode: 0o755 });
    await storage.put('bin/alias', { symlink: 'tool' });
    assert.equal(statSync(join(root, 'bin/tool')).mode & 0o111 & ~process.umask(), 0o111 & ~process.umask());
    assert.equal(readlinkSync(join(root, 'bin/alias')), 'tool');
    assert.equal((await storage.stat('bin/alias'))?.symlink, 'tool');
  });

  it('removes what a killed writer left', async () => {
    const writer = fork(join(import.meta.dirname, 'writer.ts'), [root, 'd/stuck'], { execArgv: ['--conditions=source'] });
    await once(writer, 'message');
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    assert.equal(readdirSync(join(root, 'd')).length, 1);
    await storage.put('d/other', Buffer.from('x'));
    assert.deepEqual(readdirSync(join(root, 'd')), ['other']);
  });

  it('removes locks of processes that ended', async () => {
    const holder = { host: hostname(), pid: spawnSync(process.execPath, ['-e', '0']).pid, token: '0123456789abcdef', since: '' };
    mkdirSync(root);
    for (const name of ['.~0123456789abcdef.lock', '.~0123456789abcdef.lock.fedcba9876543210'])
      writeFileSync(join(root, name), JSON.stringify(holder));
    await storage.put('a', Buffer.from('x'));
    assert.deepEqual(readdirSync(root), ['a']);
  });

  it('waits for who holds the lock of a key', async () => {
    const lock = join(root, `.~${createHash('sha256').update('a').digest('hex').slice(0, 16)}.lock`);
    mkdirSync(root);
    const answer = await takeLock(lock);
    assert.ok(isLock(answer));
    const put = storage.put('a', Buffer.from('x'));
    assert.equal(await Promise.race([put, sleep(50, 'waiting')]), 'waiting');
    await answer.release();
    await put;
    assert.deepEqual(readdirSync(root), ['a']);
  });

  it('lets one of two processes create', async () => {
    const racers = ['a', 'b', 'c'].map((name) => fork(join(import.meta.dirname, 'racer.ts'), [root, name], { execArgv: ['--conditions=source'] }));
    await Promise.all(racers.map((racer) => once(racer, 'message')));
    const answers = Promise.all(racers.map(won));
    for (const racer of racers) racer.send('go');
    const wins = (await answers).flat();
    assert.deepEqual(
      wins.toSorted((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index),
    );
    assert.equal(Buffer.from((await storage.get('sum'))?.bytes ?? []).toString(), '90');
  });
});

/** Rounds this racer won. */
async function won(racer: ChildProcess): Promise<number[]> {
  const [message] = await once(racer, 'message');
  await once(racer, 'exit');
  return message as number[];
}
