import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStorage, type Storage } from '@provisioning-dist/storage';
import { sftpStorage } from '@provisioning-dist/storage/sftp';
import { behavesAsStorage } from '../../packages/storage/test/behaviour.ts';
import { type SftpServer, startSftpServer } from '../../packages/storage/test/sftp-server.ts';
import { needs, temporaryFolder } from './tools.ts';

/** OpenSSH's server keeps what we put, and its other clients see the same. */

describe('OpenSSH', () => {
  needs('sshd', 'ssh-keygen', 'sftp');
  const folder = temporaryFolder();
  let server: SftpServer;
  let opened: Storage[] = [];
  let next = 0;

  before(async () => {
    server = await startSftpServer();
  });
  after(async () => await server?.close());
  afterEach(async () => {
    for (const storage of opened) await storage.close?.();
    opened = [];
  });

  function open(root = `${server.root}/${next++}`): Storage {
    const { host, port, user, hostKey, privateKey } = server;
    const storage = sftpStorage({ host, port, user, root, hostKey, privateKey: async () => privateKey });
    opened.push(storage);
    return storage;
  }

  behavesAsStorage('OpenSSH', { open: async () => open(), close: async () => undefined });

  it('gives to sftp what we put', async () => {
    const bytes = Buffer.alloc(20_000_003, 'provisioning');
    const path = join(folder(), 'big');
    writeFileSync(path, bytes);
    const root = `${server.root}/${next++}`;
    await open(root).put('a/big', { path, size: bytes.length, mode: 0o640 });
    sftp(`get -p ${root}/a/big ${folder()}/got`);
    assert.equal(readFileSync(join(folder(), 'got')).equals(bytes), true);
    assert.equal(statSync(join(root, 'a/big')).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(join(root, 'a')), ['big']);
  });

  it('takes from sftp what we get', async () => {
    const root = `${server.root}/${next++}`;
    const storage = open(root);
    await storage.put('a', Buffer.from('first'));
    writeFileSync(join(folder(), 'theirs'), 'theirs');
    sftp(`put ${folder()}/theirs ${root}/b`);
    assert.equal(Buffer.from((await storage.get('b'))?.bytes ?? []).toString(), 'theirs');
  });

  it('lets one of twenty connections win', async () => {
    const root = `${server.root}/${next++}`;
    const ends = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => open(root).putIf('k', Buffer.from(`${index}`), 'absent')));
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.deepEqual(readdirSync(root), ['k']);
  });

  it('is found by its location', async () => {
    const { host, port, user, hostKey, privateKey } = server;
    const storage = await openStorage(`sftp://${user}@${host}:${port}${server.root}/by%20url`, {
      sftp: { hostKey, privateKey: async () => privateKey },
    });
    opened.push(storage);
    await storage.put('k', Buffer.from('x'));
    assert.deepEqual(readdirSync(`${server.root}/by url`), ['k']);
  });

  function sftp(command: string): void {
    const { host, port, user, hostKey, privateKey } = server;
    writeFileSync(join(folder(), 'known'), `${hostKey}\n`);
    writeFileSync(join(folder(), 'key'), privateKey, { mode: 0o600 });
    const options = ['-F', 'none', '-o', `UserKnownHostsFile=${folder()}/known`, '-o', 'StrictHostKeyChecking=yes', '-i', join(folder(), 'key')];
    execFileSync('sftp', ['-q', '-b', '-', '-P', `${port}`, ...options, `${user}@${host}`], { input: command, stdio: ['pipe', 'ignore', 'pipe'] });
  }
});
