import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { openStorage, type StorageAccess } from '../src/index.ts';
import { type S3Server, startS3Server } from './s3-server.ts';
import { type Ssh2Server, startSsh2Server } from './ssh2-server.ts';

const CREDENTIALS = { s3: { credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) } };
const HOST_KEY = { sftp: { hostKey: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU' } };

describe('openStorage', () => {
  describe('of a folder', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'open storage-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('writes there', async () => {
      const storage = await openStorage(pathToFileURL(folder).href);
      await storage.put('a/b', Buffer.from('x'));
      assert.deepEqual(readdirSync(folder, { recursive: true }).toSorted(), ['a', 'a/b']);
    });
  });

  describe('of a bucket', () => {
    let server: S3Server;
    beforeEach(async () => {
      server = await startS3Server();
    });
    afterEach(async () => await server.close());

    it('writes below its prefix', async () => {
      const { url, bucket, region, credentials } = server;
      const storage = await openStorage(`s3://${bucket}/a%20b/c/?endpoint=${encodeURIComponent(url)}&region=${region}`, { s3: { credentials } });
      assert.equal(storage.label, `s3://${bucket}/a b/c`);
      await storage.put('k', Buffer.from('x'));
      await storage.close?.();
      assert.deepEqual([...server.objects().keys()], ['a b/c/k']);
    });
  });

  describe('of an SFTP server', () => {
    let server: Ssh2Server;
    beforeEach(async () => {
      server = await startSsh2Server();
    });
    afterEach(async () => await server.close());

    it('writes below its path', async () => {
      const { host, port, user, root, hostKey, password } = server;
      const storage = await openStorage(`sftp://${user}@${host}:${port}${root}`, { sftp: { hostKey, password: async () => password } });
      await storage.put('a/k', Buffer.from('x'));
      await storage.close?.();
      assert.deepEqual(readdirSync(root, { recursive: true }).toSorted(), ['a', 'a/k']);
    });
  });

  it("names the user's own folder by a tilde", async () => {
    const storage = await openStorage('sftp://me@[::1]/~/releases', HOST_KEY);
    assert.equal(storage.label, 'sftp://me@[::1]/~/releases');
  });

  const wrong: readonly (readonly [string, StorageAccess?])[] = [
    ['CANARY'],
    ['/srv/CANARY'],
    ['https://host/CANARY'],
    ['file:///srv?CANARY=1'],
    ['file:///srv#CANARY'],
    ['sftp://host/srv', HOST_KEY],
    ['sftp://me@host/srv'],
    ['sftp://me:CANARY@host/srv', HOST_KEY],
    ['sftp://me@host/srv?CANARY', HOST_KEY],
    ['sftp://me@host:0/srv', HOST_KEY],
    ['sftp://m%20e@host/srv', HOST_KEY],
    ['s3://bucket/p?endpoint=https://host'],
    ['s3://bucket/p', CREDENTIALS],
    ['s3://bucket/p?endpoint=CANARY', CREDENTIALS],
    ['s3://bucket/p?endpoint=https://u:CANARY@host', CREDENTIALS],
    ['s3://bucket/p?endpoint=https://host&endpoint=https://CANARY', CREDENTIALS],
    ['s3://bucket/p?endpoint=https://host&addressing=CANARY', CREDENTIALS],
    ['s3://u:CANARY@bucket/p?endpoint=https://host', CREDENTIALS],
    ['s3://bucket/..%2fx?endpoint=https://host', CREDENTIALS],
    ['s3://bucket/%zz?endpoint=https://host', CREDENTIALS],
    ['sftp://me@host/%ff', HOST_KEY],
    ['s3://b/p?endpoint=https://host', CREDENTIALS],
  ];
  for (const [location, access] of wrong) {
    it(`refuses ${location} ${access ? 'with' : 'without'} access`, async () => {
      const error = await openStorage(location, access).then(
        () => assert.fail('it was opened'),
        (reason: unknown) => reason,
      );
      assert.equal(error instanceof TypeError, true);
      assert.doesNotMatch(inspect(error).replaceAll('"CANARY" in its URL', ''), /CANARY/);
    });
  }

  it('loads no driver it does not need', () => {
    const index = join(import.meta.dirname, '../src/index.ts');
    const script = `await import(${JSON.stringify(index)}); console.log(Object.keys(process.moduleLoadList.filter((name) => / (https|tls|net)$/.test(name))).length)`;
    assert.equal(execFileSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), '0');
  });
});
