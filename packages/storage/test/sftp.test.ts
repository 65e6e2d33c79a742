import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { inspect } from 'node:util';
import { PreconditionFailed, type Storage } from '../src/index.ts';
import { type SftpError, type SftpOptions, sftpStorage } from '../src/sftp.ts';
import { all, behavesAsStorage } from './behaviour.ts';
import { type Ssh2Server, type Ssh2ServerOptions, startSsh2Server } from './ssh2-server.ts';

let server: Ssh2Server;
let storage: Storage;

async function open(options: Ssh2ServerOptions = {}): Promise<Storage> {
  server = await startSsh2Server(options);
  storage = sftpStorage(place());
  return storage;
}

async function close(): Promise<void> {
  await storage.close?.();
  await server.close();
}

function place(): SftpOptions {
  const { host, port, user, root, hostKey, privateKey } = server;
  return { host, port, user, root, hostKey, privateKey: async () => privateKey };
}

behavesAsStorage('an SFTP server', { open: async () => await open(), close });

describe('SFTP storage', () => {
  beforeEach(async () => void (await open()));
  afterEach(close);

  it('leaves nothing but objects', async () => {
    await storage.put('a/b', Buffer.from('x'));
    await storage.putIf('a/c', Buffer.from('x'), 'absent');
    assert.deepEqual(files(), ['a', 'a/b', 'a/c']);
  });

  it('leaves nothing of a failed write', async () => {
    await assert.rejects(storage.put('a/b/c', { path: join(server.root, 'missing'), size: 1 }), /ENOENT/);
    assert.deepEqual(files(), []);
  });

  it('leaves nothing of a full disk', async () => {
    server.fault(({ name }) => (name === 'WRITE' ? 4 : undefined));
    await assert.rejects(storage.put('a/b', Buffer.from('x')), { name: 'SftpError', reply: 4, code: undefined });
    assert.deepEqual(files(), []);
  });

  it('removes folders that became empty', async () => {
    await storage.put('a/b/c', Buffer.from('x'));
    await storage.put('a/d', Buffer.from('x'));
    await storage.delete('a/b/c');
    assert.deepEqual(files(), ['a', 'a/d']);
  });

  it('keeps symbolic links', async () => {
    await storage.put('a/latest', { symlink: '../elsewhere' });
    assert.equal(readlinkSync(join(server.root, 'a/latest')), '../elsewhere');
    assert.equal((await storage.stat('a/latest'))?.symlink, '../elsewhere');
    assert.deepEqual(
      (await all(storage.list('a/'))).map(({ key, symlink }) => [key, symlink]),
      [['a/latest', '../elsewhere']],
    );
    await assert.rejects(storage.get('a/latest'), /a symbolic link is there/);
  });

  it('follows no link out of its folder', async () => {
    mkdirSync(server.root);
    symlinkSync(tmpdir(), join(server.root, 'out'));
    await assert.rejects(storage.put('out/x', Buffer.from('x')), /is a symbolic link/);
    await assert.rejects(storage.get('out/x'), /is a symbolic link/);
    await assert.rejects(storage.delete('out/x'), /is a symbolic link/);
    assert.deepEqual(
      (await all(storage.list(''))).map(({ key }) => key),
      ['out'],
    );
  });

  it('refuses a folder where an object goes', async () => {
    await storage.put('a/b', Buffer.from('x'));
    await assert.rejects(storage.put('a', Buffer.from('x')), { name: 'SftpError' });
    await assert.rejects(storage.put('a/b/c', Buffer.from('x')), /not a directory/);
    assert.deepEqual(files(), ['a', 'a/b']);
  });

  it('knows the digest, also of what others wrote', async () => {
    mkdirSync(server.root);
    writeFileSync(join(server.root, 'k'), 'hello');
    assert.equal((await storage.stat('k'))?.sha256, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
  });

  it('creates without extensions, and replaces nothing', async () => {
    await close();
    await open({ extensions: {} });
    await storage.put('k', Buffer.from('one'));
    await assert.rejects(storage.put('k', Buffer.from('two')), /cannot replace a file at once/);
    assert.equal(Buffer.from((await storage.get('k'))?.bytes ?? []).toString(), 'one');
    assert.deepEqual(files(), ['k']);
  });

  describe('connections', () => {
    it('are one for all calls', async () => {
      await Promise.all(['a', 'b', 'c'].map((key) => storage.put(key, Buffer.from(key))));
      await all(storage.list(''));
      assert.equal(server.connections(), 1);
    });

    it('are opened again after a loss', async () => {
      await storage.put('a', Buffer.from('1'));
      server.cut();
      await failureOf(storage.put('b', Buffer.from('2')));
      assert.equal((await storage.stat('a'))?.size, 1);
      assert.equal(server.connections(), 2);
    });

    it('are opened again after an end', async () => {
      await storage.put('a', Buffer.from('1'));
      await storage.close?.();
      assert.equal((await storage.stat('a'))?.size, 1);
    });

    it('lost in mid upload leave no object', async () => {
      await storage.put('k', Buffer.from('old'));
      let writes = 0;
      server.fault(({ name }) => (name === 'WRITE' && ++writes === 5 ? 'before' : undefined));
      const error = await failureOf(storage.put('k', Buffer.alloc(1_000_000)));
      assert.equal(error.code, 'ECONNRESET');
      assert.match(error.message, /^Cannot write "k" on sftp:/);
      assert.equal(Buffer.from((await storage.get('k'))?.bytes ?? []).toString(), 'old');
      server.fault(undefined);
      await storage.put('other', Buffer.from('x'));
      assert.deepEqual(files(), ['k', 'other']);
    });

    it('lost under a lock do not keep it', async () => {
      server.fault(({ name }) => (name === 'posix-rename@openssh.com' ? 'before' : undefined));
      assert.equal((await failureOf(storage.put('k', Buffer.from('one')))).code, 'ECONNRESET');
      server.fault(undefined);
      await storage.put('k', Buffer.from('two'));
      assert.deepEqual(files(), ['k']);
    });

    it('lost after the change are a doubt', async () => {
      server.fault(({ name }) => (name === 'posix-rename@openssh.com' ? 'after' : undefined));
      assert.equal((await failureOf(storage.put('k', Buffer.from('one')))).code, 'ECONNRESET');
      assert.equal((await storage.stat('k'))?.size, 3);
    });

    it('that nobody takes are told', async () => {
      await server.close();
      assert.equal((await failureOf(storage.stat('k'))).code, 'ECONNREFUSED');
      await open();
    });

    it('are not waited for once cancelled', async () => {
      const controller = new AbortController();
      server.fault(({ name }) => void (name === 'WRITE' && controller.abort(new Error('enough'))));
      await assert.rejects(storage.put('k', Buffer.alloc(500_000), { signal: controller.signal }), /enough/);
      assert.deepEqual(files(), []);
    });
  });

  describe('locks', () => {
    it('let one of twenty win over four connections', async () => {
      const others = Array.from({ length: 4 }, () => sftpStorage(place()));
      const writes = Array.from({ length: 20 }, (_, index) => others[index % 4]?.putIf('k', Buffer.from(`${index}`), 'absent'));
      const ends = await Promise.allSettled(writes);
      assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
      const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      assert.equal(
        lost.every((reason) => reason instanceof PreconditionFailed),
        true,
      );
      assert.deepEqual(files(), ['k']);
      for (const other of others) await other.close?.();
    });

    it('of an ended process are taken', async () => {
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      const temporary = leaveLock({ host: hostname(), pid });
      await storage.put('k', Buffer.from('x'));
      assert.deepEqual(files(), ['k']);
      assert.match(temporary, /tmp$/);
    });

    it('of an ended process are swept up', async () => {
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      leaveLock({ host: hostname(), pid });
      await storage.put('other', Buffer.from('x'));
      assert.deepEqual(files(), ['other']);
    });

    it('of another host are waited for', async () => {
      leaveLock({ host: 'elsewhere', pid: 1 });
      const signal = AbortSignal.timeout(150);
      await assert.rejects(storage.put('k', Buffer.from('x'), { signal }), { name: /^(TimeoutError|AbortError)$/ });
      assert.equal(files().includes('k'), false);
    });

    it('of another host end with their lease', async () => {
      leaveLock({ host: 'elsewhere', pid: 1 });
      const start = performance.now();
      const clock = mock.method(performance, 'now', () => start + 40 * (Date.now() - begin));
      const begin = Date.now();
      await storage.put('k', Buffer.from('x'));
      clock.mock.restore();
      assert.equal(Date.now() - begin < 5000, true);
      assert.deepEqual(files(), ['k']);
    });

    it('name no file of others to remove', async () => {
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      leaveLock({ host: hostname(), pid }, '../victim');
      const victim = join(server.root, '../victim');
      writeFileSync(victim, '');
      await storage.put('k', Buffer.from('x'));
      rmSync(victim);
    });
  });

  describe('host keys', () => {
    const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIPsRLSYVM0uXDQ0mZTkHB2yFYVWnCrzMfrtTXtZYQ7Tn';

    const trusting = (hostKey: string) => sftpStorage({ ...place(), hostKey });

    async function answers(hostKey: string): Promise<void> {
      const trusted = trusting(hostKey);
      assert.equal(await trusted.stat('k'), undefined);
      await trusted.close?.();
    }

    it('are trusted by their fingerprint', async () => {
      const [, , key = ''] = server.hostKey.split(' ');
      await answers(`SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replaceAll('=', '')}`);
    });

    it('are trusted alone', async () => {
      await answers(server.hostKey.split(' ').slice(1).join(' '));
    });

    it('are trusted among those of other hosts', async () => {
      await answers(`# comment\nelsewhere ssh-ed25519 ${other}\n\n${server.hostKey}\n`);
    });

    it('are trusted under a hashed name', async () => {
      const [name = '', ...key] = server.hostKey.split(' ');
      const salt = Buffer.alloc(20, 7);
      const hash = createHmac('sha1', salt).update(name).digest('base64');
      await answers(`|1|${salt.toString('base64')}|${hash} ${key.join(' ')}`);
    });

    it('are refused when others', async () => {
      const error = await failureOf(trusting(`ssh-ed25519 ${other}`).stat('k'));
      assert.match(error.message, /its host key SHA256:.* is none of those that are trusted/);
      assert.equal(server.log.length, 0);
    });

    it('are refused when revoked', async () => {
      const key = server.hostKey.split(' ').slice(1).join(' ');
      await assert.rejects(trusting(`${server.hostKey}\n@revoked * ${key}`).stat('k'), /none of those that are trusted/);
    });

    for (const [why, line] of [
      ['missing', ''],
      ['of another host', `elsewhere ssh-ed25519 ${other}`],
      ['of another port', `127.0.0.1 ssh-ed25519 ${other}`],
      ['excepted', `*,![127.0.0.1]:* ssh-ed25519 ${other}`],
      ['of an authority', `@cert-authority * ssh-ed25519 ${other}`],
    ] as const) {
      it(`are wanted: ${why}`, () => {
        assert.throws(() => trusting(line), /no host key or fingerprint is given/);
      });
    }

    it('are wanted: broken', () => {
      assert.throws(() => trusting('not a key'), TypeError);
    });
  });

  describe('access', () => {
    const by = (access: Partial<SftpOptions>) => {
      const { privateKey: _, ...rest } = place();
      return sftpStorage({ ...rest, ...access });
    };

    it('is by password', async () => {
      const other = by({ password: async () => server.password });
      assert.equal(await other.stat('k'), undefined);
      await other.close?.();
    });

    it('is by an encrypted key', async () => {
      await close();
      await open({ passphrase: 'CANARY' });
      const other = by({ privateKey: async () => server.privateKey, passphrase: async () => 'CANARY' });
      assert.equal(await other.stat('k'), undefined);
      await other.close?.();
      assert.deepEqual(
        leaks(await failureOf(by({ privateKey: async () => server.privateKey, passphrase: async () => 'CANARZ' }).stat('k')), ['CANAR']),
        [],
      );
    });

    it('is refused without repeating a secret', async () => {
      for (const access of [{ password: async () => 'CANARY' }, { privateKey: async () => 'CANARY' }, {}]) {
        const error = await failureOf(by(access).stat('k'));
        assert.equal(error.code, undefined);
        assert.deepEqual(leaks(error, ['CANARY']), []);
      }
    });
  });
});

function files(): readonly string[] {
  return readdirSync(server.root, { recursive: true }).map(String).toSorted();
}

/** As somebody leaves the lock of the object "k" and what he was to rename. */
function leaveLock(process: { readonly host: string; readonly pid: number }, temporary = '.~0a-1-2-3b.tmp'): string {
  mkdirSync(server.root);
  writeFileSync(join(server.root, temporary.replaceAll('../', '')), 'unfinished');
  const holder = { ...process, token: '0123456789abcdef', since: '2026-01-01T00:00:00Z', temporary };
  // the first 16 digits of the SHA-256 of "k"
  writeFileSync(join(server.root, '.~8254c329a92850f6.lock'), JSON.stringify(holder));
  return temporary;
}

async function failureOf(work: Promise<unknown>): Promise<SftpError> {
  return await work.then(
    () => assert.fail('it succeeded'),
    (reason) => reason,
  );
}

function leaks(error: unknown, secrets: readonly string[]): readonly string[] {
  const text = inspect(error, { depth: 10, showHidden: true });
  return secrets.filter((secret) => text.includes(secret));
}
