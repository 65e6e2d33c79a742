import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import dns from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { inspect } from 'node:util';
import { PreconditionFailed, type Storage } from '../src/index.ts';
import { type S3Error, type S3Options, s3Storage } from '../src/s3.ts';
import { all, behavesAsStorage } from './behaviour.ts';
import { type S3Server, type S3ServerOptions, startS3Server } from './s3-server.ts';

const PART = 64 * 1024;

let server: S3Server;
let storage: Storage;
let folder = '';

async function open(options: S3ServerOptions = {}, more: Partial<S3Options> = {}): Promise<Storage> {
  server = await startS3Server(options);
  storage = s3Storage({ ...place(), ...more });
  return storage;
}

function place(): S3Options {
  return { endpoint: server.url, bucket: server.bucket, region: server.region, credentials: server.credentials, partSize: PART };
}

async function close(): Promise<void> {
  await storage.close?.();
  await server.close();
}

behavesAsStorage('a bucket', { open: async () => await open(), close });
behavesAsStorage('a folder of a bucket', { open: async () => await open({ sessionToken: 'a/session+token==' }, { prefix: 'a b/ü' }), close });

describe('S3 storage', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'storage-s3-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(close);

  it('refuses a symbolic link', async () => {
    await open();
    await assert.rejects(storage.put('k', { symlink: 'other' }), /symbolic link, which S3 cannot hold/);
    assert.deepEqual(server.log, []);
  });

  it('gives the digest with the object', async () => {
    await open();
    await storage.put('k', Buffer.from('hello'));
    assert.equal(server.objects().get('k')?.meta.sha256, sha256('hello'));
    assert.equal((await storage.stat('k'))?.sha256, sha256('hello'));
  });

  it('sends a file with length and checksum', async () => {
    await open();
    await storage.put('k', fileOf(Buffer.alloc(PART, 'x')));
    const { headers } = server.log[0] ?? {};
    assert.equal(headers?.['content-length'], `${PART}`);
    assert.equal(headers?.['x-amz-checksum-sha256'], createHash('sha256').update(Buffer.alloc(PART, 'x')).digest('base64'));
  });

  it('stores with the headers asked for', async () => {
    await open({}, { headers: (key) => ({ 'content-type': `text/${key}`, 'x-amz-acl': 'public-read' }) });
    await storage.put('plain', Buffer.from('x'));
    assert.equal(server.objects().get('plain')?.headers['content-type'], 'text/plain');
  });

  it('hides what no key can name', async () => {
    await open();
    await storage.put('a/b', Buffer.from('x'));
    (server.objects() as Map<string, unknown>).set('a/', server.objects().get('a/b'));
    (server.objects() as Map<string, unknown>).set('.~condition', server.objects().get('a/b'));
    assert.deepEqual(
      (await all(storage.list(''))).map(({ key }) => key),
      ['a/b'],
    );
  });

  it('refuses names kept for itself', async () => {
    await open();
    await assert.rejects(storage.put('a/.~condition', Buffer.from('x')), TypeError);
  });

  it('tells an unknown bucket from an absent object', async () => {
    await open({}, { bucket: 'another' });
    await assert.rejects(storage.get('k'), { status: 404, reason: 'NoSuchBucket' });
    await assert.rejects(storage.delete('k'), { status: 404, reason: 'NoSuchBucket' });
  });

  it('puts the bucket before the host', async () => {
    const lookup = mock.method(dns, 'lookup', resolvesToLoopback);
    await open();
    storage = s3Storage({ ...place(), endpoint: server.url.replace('127.0.0.1', 'storage.test'), addressing: 'host' });
    await storage.put('k', Buffer.from('x'));
    assert.equal(server.log[0]?.headers.host, server.url.replace('http://127.0.0.1', 'releases.storage.test'));
    lookup.mock.restore();
  });

  describe('conditions', () => {
    it('leave nothing of their test', async () => {
      await open();
      const one = await storage.putIf('k', Buffer.from('1'), 'absent');
      await storage.putIf('k', Buffer.from('2'), one);
      assert.deepEqual([...server.objects().keys()], ['k']);
    });

    it('are tested once', async () => {
      await open();
      await Promise.all(['a', 'b', 'c'].map((key) => storage.putIf(key, Buffer.from('1'), 'absent')));
      assert.equal(server.log.filter(({ key }) => key === '.~condition').length, 3);
    });

    for (const header of ['if-match', 'if-none-match']) {
      it(`are refused by whom ${header} means nothing`, async () => {
        await open({ ignores: [header] });
        const one = await storage.put('k', Buffer.from('one'));
        await assert.rejects(storage.putIf('k', Buffer.from('two'), header === 'if-match' ? one : 'absent'), /ignores or does not know If-/);
        assert.deepEqual(
          [...server.objects()].map(([key, { bytes }]) => [key, bytes.toString()]),
          [['k', 'one']],
        );
      });
    }

    it('pass over the leftover of a broken test', async () => {
      await open();
      server.fault(({ method }) => (method === 'DELETE' ? { reset: 'before' } : undefined));
      await assert.rejects(storage.putIf('k', Buffer.from('1'), 'absent'));
      assert.deepEqual([...server.objects().keys()], ['.~condition']);
      server.fault(undefined);
      await storage.putIf('k', Buffer.from('1'), 'absent');
      assert.deepEqual([...server.objects().keys()], ['k']);
    });

    it('refuse by 409 as by 412', async () => {
      await open();
      await storage.putIf('other', Buffer.from('1'), 'absent');
      server.fault(({ key, method }) => (key === 'k' && method === 'PUT' ? { status: 409, code: 'ConditionalRequestConflict' } : undefined));
      await assert.rejects(storage.putIf('k', Buffer.from('1'), 'absent'), PreconditionFailed);
    });

    it('hold for objects in parts', async () => {
      await open();
      const big = (text: string) => Buffer.alloc(5 * PART, text);
      const one = await storage.putIf('k', big('one'), 'absent');
      await assert.rejects(storage.putIf('k', big('two'), 'absent'), PreconditionFailed);
      await storage.putIf('k', big('two'), one);
      await assert.rejects(storage.putIf('k', big('three'), one), PreconditionFailed);
      assert.equal(server.objects().get('k')?.bytes.equals(big('two')), true);
    });

    it('are checked as parts become an object', async () => {
      await open();
      server.fault(({ method, query }) => {
        if (method === 'POST' && query.uploadId)
          (server.objects() as Map<string, unknown>).set('k', { bytes: Buffer.from('x'), etag: '"x"', meta: {} });
        return undefined;
      });
      await assert.rejects(storage.putIf('k', Buffer.alloc(5 * PART), 'absent'), PreconditionFailed);
      assert.equal(server.objects().get('k')?.bytes.toString(), 'x');
      assert.equal(server.uploads.size, 0);
    });

    it('of a delete hold between look and deed', async () => {
      await open();
      const one = await storage.put('k', Buffer.from('one'));
      server.fault(({ method }) => {
        if (method === 'DELETE') (server.objects() as Map<string, unknown>).set('k', { bytes: Buffer.from('two'), etag: '"two"', meta: {} });
        return undefined;
      });
      await assert.rejects(storage.delete('k', { etag: one.etag }), PreconditionFailed);
      assert.equal(server.objects().get('k')?.bytes.toString(), 'two');
    });
  });

  describe('in parts', () => {
    const bytes = noise(11 * PART + 5);

    it('is the same object', async () => {
      await open({ leastPart: PART });
      await storage.put('k', fileOf(bytes));
      assert.equal(server.objects().get('k')?.bytes.equals(bytes), true);
      assert.equal((await storage.stat('k'))?.sha256, sha256(bytes));
      assert.equal(server.uploads.size, 0);
    });

    it('keeps to its bound of requests', async () => {
      await open({}, { partSize: PART / 8, parallel: 3 });
      let [now, most] = [0, 0];
      server.fault(({ query }) => {
        if (!query.partNumber) return undefined;
        most = Math.max(most, ++now);
        setTimeout(() => now--, 5);
        return { delayMs: 5 };
      });
      await storage.put('k', fileOf(bytes));
      assert.equal(most, 3);
    });

    for (const checksums of [true, false]) {
      it(`continues where another was killed ${checksums ? 'with' : 'without'} checksums`, async () => {
        await open({ checksums }, { parallel: 1 });
        server.fault(({ query }) => (Number(query.partNumber) > 3 ? { reset: 'during' } : undefined));
        await assert.rejects(storage.put('k', fileOf(bytes)), { status: undefined, reason: undefined });
        assert.deepEqual([server.objects().size, server.uploads.size], [0, 1]);
        server.fault(undefined);
        const before = server.log.length;
        await s3Storage(place()).put('k', fileOf(bytes));
        const parts = server.log.slice(before).flatMap(({ query }) => query.partNumber ?? []);
        assert.equal(Math.min(...parts.map(Number)), 4);
        assert.equal(server.objects().get('k')?.bytes.equals(bytes), true);
        assert.equal(server.uploads.size, 0);
      });
    }

    it('leaves uploads of other content alone', async () => {
      await open({}, { parallel: 1 });
      server.fault(({ query }) => (Number(query.partNumber) > 2 ? { reset: 'before' } : undefined));
      const other = Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')]);
      await assert.rejects(storage.put('k', fileOf(other)));
      server.fault(undefined);
      await storage.put('k', fileOf(bytes));
      assert.equal((await storage.stat('k'))?.sha256, sha256(bytes));
      assert.equal(server.uploads.size, 1);
    });

    it('begins anew when the upload is gone', async () => {
      await open({}, { parallel: 1 });
      server.fault(({ query }) => (Number(query.partNumber) > 3 ? { reset: 'before' } : undefined));
      await assert.rejects(storage.put('k', fileOf(bytes)));
      const [first] = server.uploads.keys();
      server.fault(({ query }) => (query.partNumber === '4' && query.uploadId === first ? { status: 404, code: 'NoSuchUpload' } : undefined));
      await storage.put('k', fileOf(bytes));
      assert.equal(server.objects().get('k')?.bytes.equals(bytes), true);
    });

    it('resumes nothing where uploads cannot be listed', async () => {
      await open();
      server.fault(({ key }) => (key === '' ? { status: 403, code: 'AccessDenied' } : undefined));
      await storage.put('k', fileOf(bytes));
      assert.equal(server.objects().get('k')?.bytes.equals(bytes), true);
    });

    it('is abandoned when it cannot succeed', async () => {
      await open();
      server.fault(({ query }) => (query.partNumber === '3' ? { status: 403, code: 'AccessDenied' } : undefined));
      await assert.rejects(storage.put('k', fileOf(bytes)), { status: 403 });
      assert.deepEqual([server.objects().size, server.uploads.size], [0, 0]);
    });

    it('stays for the next attempt when cancelled', async () => {
      await open({}, { parallel: 1 });
      const controller = new AbortController();
      server.fault(({ query }) => void (query.partNumber === '3' && controller.abort(new Error('enough'))));
      await assert.rejects(storage.put('k', fileOf(bytes), { signal: controller.signal }), /enough/);
      assert.deepEqual([server.objects().size, server.uploads.size], [0, 1]);
    });

    it('hears an error behind a 200', async () => {
      await open();
      server.fault(({ method, query }) => (method === 'POST' && query.uploadId ? { status: 200, code: 'InternalError' } : undefined));
      await assert.rejects(storage.put('k', fileOf(bytes)), { status: 500, reason: 'InternalError' });
      assert.equal(server.uploads.size, 1);
    });

    it('refuses a file with another digest unsent', async () => {
      await open();
      await assert.rejects(storage.put('k', { ...fileOf(bytes), sha256: sha256('other') }), /has the digest/);
      assert.deepEqual(server.log, []);
    });
  });

  describe('errors', () => {
    it('say when to come back', async () => {
      await open();
      server.fault(() => ({ status: 503, code: 'SlowDown', retryAfter: '7' }));
      await assert.rejects(storage.put('k', Buffer.from('x')), { status: 503, reason: 'SlowDown', retryAfter: 7000 });
    });

    it('take a date to come back', async () => {
      await open();
      server.fault(() => ({ status: 429, retryAfter: new Date(Date.now() + 60_000).toUTCString() }));
      const error = await failureOf(storage.stat('k'));
      assert.equal(Math.ceil((error.retryAfter ?? 0) / 2000), 30);
    });

    it("count the server's timeout as passing", async () => {
      await open();
      server.fault(() => ({ status: 400, code: 'RequestTimeout' }));
      await assert.rejects(storage.put('k', Buffer.from('x')), { status: 408 });
    });

    it('keep the cause of a cut connection', async () => {
      await open();
      server.fault(() => ({ reset: 'before' }));
      const error = await failureOf(storage.put('k', Buffer.from('x')));
      assert.equal(error.cause.code, 'ECONNRESET');
      assert.match(error.message, /^Cannot write "k" to s3:\/\/releases: /);
    });

    it('come of a cut in the body', async () => {
      await open();
      server.fault(() => ({ reset: 'during' }));
      const body = fileOf(Buffer.alloc(2 * PART));
      const error = await failureOf(storage.put('k', body));
      assert.match(error.cause.code ?? '', /^(ECONNRESET|EPIPE)$/);
      assert.equal(server.objects().size, 0);
    });

    it('come of nobody there', async () => {
      await open();
      await server.close();
      const error = await failureOf(storage.stat('k'));
      assert.equal(error.cause.code, 'ECONNREFUSED');
      await open();
    });

    it('come of an expired signature', async () => {
      await open({}, { credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wrong' }) });
      await assert.rejects(storage.stat('k'), { status: 403 });
      await assert.rejects(storage.get('k'), { status: 403, reason: 'SignatureDoesNotMatch' });
    });

    it('repeat no secret, whatever the server echoes', async () => {
      await open({ sessionToken: 'tok/CANARY3' });
      const secrets = Object.values(await server.credentials());
      server.fault(({ headers }) => ({ status: 403, code: `${headers['x-amz-security-token']}` }));
      const error = await failureOf(storage.get('k'));
      assert.deepEqual(leaks(error, secrets), []);
    });

    it('repeat no secret that fits no header', async () => {
      await open();
      const secret = 'CANARY\nCANARY';
      for (const name of ['accessKeyId', 'secretAccessKey', 'sessionToken'])
        await assert.rejects(
          s3Storage({ ...place(), credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b', [name]: secret }) }).stat('k'),
          (error) => leaks(error, ['CANARY']).length === 0 && `${error}`.includes(name),
        );
    });

    it('repeat no password of an endpoint', async () => {
      await open();
      for (const endpoint of ['https://user:CANARY@host', 'ftp://CANARY@host', 'CANARY', 'https://host?k=CANARY'])
        assert.throws(
          () => s3Storage({ ...place(), endpoint }),
          (error) => error instanceof TypeError && leaks(error, ['CANARY']).length === 0,
        );
    });
  });
});

async function failureOf(work: Promise<unknown>): Promise<S3Error & { readonly cause: NodeJS.ErrnoException }> {
  return await work.then(
    () => assert.fail('it succeeded'),
    (reason) => reason,
  );
}

function fileOf(bytes: Buffer): { readonly path: string; readonly size: number } {
  const path = join(folder, sha256(bytes));
  writeFileSync(path, bytes);
  return { path, size: bytes.length };
}

function noise(length: number): Buffer {
  const pieces = Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(`${index}`).digest());
  return Buffer.concat(pieces).subarray(0, length);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function leaks(error: unknown, secrets: readonly string[]): readonly string[] {
  const text = inspect(error, { depth: 10, showHidden: true });
  return secrets.filter((secret) => text.includes(secret));
}

function resolvesToLoopback(_: string, options: dns.LookupOptions, done: (error: null, address: unknown, family?: number) => void): void {
  if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}
