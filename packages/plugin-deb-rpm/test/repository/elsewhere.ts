import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistryDefinition } from '@provisioning-dist/core';
import { testSecret } from '@provisioning-dist/core/testing';
import { after, it } from 'mocha';
import { type S3Server, startS3Server } from '../../../storage/test/s3-server.ts';
import { startSsh2Server } from '../../../storage/test/ssh2-server.ts';
import { type Place, storageOf } from '../../src/repository/place.ts';
import type { Published } from './runner.ts';

export interface Elsewhere<Options extends Place> {
  readonly definition: RegistryDefinition<Options>;
  /** Without a place. */
  readonly options: Options;
  readonly publish: (
    publishing: { readonly options: Options; readonly folder: string },
    release: { readonly version: string },
  ) => Promise<Published<Options>>;
  /** What caches may keep for good of a repository with one version. */
  readonly kept: readonly string[];
  /** The folder of packages, as it begins. */
  readonly packages: string;
}

/** What a repository does in a bucket and on a server. */
export function livesElsewhere<Options extends Place>({ definition, options, publish, kept, packages }: Elsewhere<Options>): void {
  const folder = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Published, superseded, taken back. */
  async function lives(place: Place): Promise<void> {
    const publishing = { options: { ...options, ...place }, folder };
    const first = await publish(publishing, { version: '1.0.0' });
    const second = await publish(publishing, { version: '1.1.0' });
    assert.equal(await definition.current?.(second.job), '1.1.0');
    assert.deepEqual(await definition.verify?.(second.job), []);
    await second.undo();
    assert.equal(await definition.current?.(first.job), '1.0.0');
    assert.deepEqual(await definition.verify?.(first.job), []);
    await definition.record?.write(first.job, Buffer.from('a journal\n'));
    assert.equal(Buffer.from((await definition.record?.read(first.job)) ?? []).toString(), 'a journal\n');
    for (const { job } of [first, second]) await (await storageOf(job.options)).close?.();
  }

  it('is in a bucket', async () => {
    await withBucket(async (server, place) => {
      await lives(place);
      assert.deepEqual(keptIn(server), kept);
    });
  });

  it('reads no old package to add one', async () => {
    await withBucket(async (server, place) => {
      const publishing = { options: { ...options, ...place }, folder };
      await publish(publishing, { version: '1.0.0' });
      const before = server.log.length;
      const { job } = await publish(publishing, { version: '1.1.0' });
      const [own = assert.fail()] = job.artifacts().map(({ name }) => name);
      const asked = server.log.slice(before).filter(({ key }) => key.includes(packages));
      assert.ok(asked.length > 0 && asked.every(({ key }) => key.endsWith(own)));
    });
  });

  it('is on a server', async () => {
    const server = await startSsh2Server();
    try {
      const { host, port, user, hostKey, root, privateKey } = server;
      await lives({ sftp: { host, port, user, hostKey, folder: root, privateKey: testSecret(privateKey) } });
    } finally {
      await server.close();
    }
  });
}

async function withBucket(use: (server: S3Server, place: Place) => Promise<void>): Promise<void> {
  const server = await startS3Server();
  try {
    const { accessKeyId, secretAccessKey } = await server.credentials();
    const secrets = { accessKey: testSecret(accessKeyId), secretKey: testSecret(secretAccessKey) };
    const { bucket, url, region } = server;
    await use(server, { s3: { bucket, endpoint: url, region, prefix: 'acme/here', addressing: 'path', ...secrets } });
  } finally {
    await server.close();
  }
}

function keptIn(server: S3Server): readonly string[] {
  const kept = [...server.objects()].filter(([, { headers }]) => headers['cache-control']?.includes('immutable'));
  return [...new Set(kept.map(([key]) => key.replace('acme/here/', '').replace(/[0-9a-f]{64}/, 'HASH')))].sort();
}
