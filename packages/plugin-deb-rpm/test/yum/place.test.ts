import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testSecret } from '@provisioning-dist/core/testing';
import { type S3Server, startS3Server } from '../../../storage/test/s3-server.ts';
import { startSsh2Server } from '../../../storage/test/ssh2-server.ts';
import { storageOf } from '../../src/repository/place.ts';
import type { YumOptions } from '../../src/yum/options.ts';
import { yum } from '../../src/yum/registry.ts';
import { optionsOf } from './bench.ts';
import { publish } from './runner.ts';

describe('a yum repository elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yum-place-'));
  after(() => rmSync(folder, { recursive: true }));

  /** What caches may keep for good. */
  const keptIn = (server: S3Server): readonly string[] => {
    const kept = [...server.objects()].filter(([, { headers }]) => headers['cache-control']?.includes('immutable'));
    return [...new Set(kept.map(([key]) => key.replace('acme/yum/', '').replace(/[0-9a-f]{64}/, 'HASH')))].sort();
  };

  async function bucketOf({ bucket, url, region, credentials }: S3Server): Promise<YumOptions> {
    const { accessKeyId, secretAccessKey } = await credentials();
    const secrets = { accessKey: testSecret(accessKeyId), secretKey: testSecret(secretAccessKey) };
    const { path: _, ...options } = optionsOf({});
    return { ...options, s3: { bucket, endpoint: url, region, prefix: 'acme/yum', addressing: 'path', ...secrets } };
  }

  /** Published, superseded, taken back. */
  async function lives(options: YumOptions): Promise<void> {
    const publishing = { options, folder };
    const first = await publish(publishing, { version: '1.0.0' });
    const second = await publish(publishing, { version: '1.1.0' });
    assert.equal(await yum.current?.(second.job), '1.1.0');
    assert.deepEqual(await yum.verify?.(second.job), []);
    await second.undo();
    assert.equal(await yum.current?.(first.job), '1.0.0');
    assert.deepEqual(await yum.verify?.(first.job), []);
    await yum.record?.write(first.job, Buffer.from('a journal\n'));
    assert.equal(Buffer.from((await yum.record?.read(first.job)) ?? []).toString(), 'a journal\n');
    for (const { job } of [first, second]) await (await storageOf(job.options)).close?.();
  }

  it('is in a bucket', async () => {
    const server = await startS3Server();
    try {
      await lives(await bucketOf(server));
      assert.deepEqual(keptIn(server), [
        'Packages/a/acme-1.0.0-1.x86_64.rpm',
        ...['filelists.xml.gz', 'other.xml.gz', 'primary.xml.gz', 'provisioning-dist.ndjson.gz'].map((name) => `repodata/HASH-${name}`),
      ]);
    } finally {
      await server.close();
    }
  });

  it('reads no old package to add one', async () => {
    const server = await startS3Server();
    try {
      const options = await bucketOf(server);
      const publishing = { options: options, folder };
      await publish(publishing, { version: '1.0.0' });
      const before = server.log.length;
      const { job } = await publish(publishing, { version: '1.1.0' });
      const [own = assert.fail()] = job.artifacts().map(({ name }) => name);
      const packages = server.log.slice(before).filter(({ key }) => key.includes('Packages/'));
      assert.ok(packages.length > 0 && packages.every(({ key }) => key.endsWith(own)));
      await (await storageOf(job.options)).close?.();
    } finally {
      await server.close();
    }
  });

  it('is on a server', async () => {
    const server = await startSsh2Server();
    try {
      const { host, port, user, hostKey, root, privateKey } = server;
      await lives({ ...optionsOf({}), path: undefined, sftp: { host, port, user, hostKey, folder: root, privateKey: testSecret(privateKey) } });
    } finally {
      await server.close();
    }
  });

  it('has addresses where it has one itself', () => {
    const { path: _, ...options } = optionsOf({});
    const release = { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0 };
    const locate = (more: object, name: string) =>
      yum.locate?.({ name, size: 0, sha256: '' }, { release, options: { ...options, ...more }, id: 'yum' });
    assert.equal(locate({}, 'acme-1.0-1.x86_64.rpm'), undefined);
    assert.equal(locate({ path: '/srv/yum' }, 'acme-1.0-1.x86_64.rpm'), 'file:///srv/yum/Packages/a/acme-1.0-1.x86_64.rpm');
    const url = 'https://yum.acme.example/';
    assert.equal(locate({ url }, 'acme-1.0~rc.1^b1-1.x86_64.rpm'), `${url}Packages/a/acme-1.0~rc.1%5Eb1-1.x86_64.rpm`);
    assert.equal(locate({ url }, 'checksums.sha256'), undefined);
  });
});
