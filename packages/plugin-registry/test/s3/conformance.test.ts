import { createHash } from 'node:crypto';
import { describeConformance, type FaultScript, type RegistryWorld, registryConformance, testSecret } from '@provisioning-dist/core/testing';
import { type S3FaultHook, type S3Server, startS3Server } from '../../../storage/test/s3-server.ts';
import type { S3RegistryOptions } from '../../src/s3/options.ts';
import { s3 } from '../../src/s3/registry.ts';
import { storageOf } from '../../src/store/storage.ts';

interface World extends RegistryWorld<S3RegistryOptions> {
  readonly server: S3Server;
}

async function open(faults?: FaultScript): Promise<World> {
  const server = await startS3Server();
  const { accessKeyId, secretAccessKey } = await server.credentials();
  if (faults) server.fault(hookOf(faults));
  const options: S3RegistryOptions = {
    ...{ bucket: server.bucket, endpoint: server.url, prefix: 'dl', region: server.region, addressing: 'path', headers: {} },
    ...{ accessKey: testSecret(accessKeyId), secretKey: testSecret(secretAccessKey), layout: '{name}/{version}/{artifact}' },
  };
  return {
    ...{ server, options, state: async () => stateOf(server), close: () => server.close() },
    log: () => server.log.map(({ method }) => ({ unsafe: !['GET', 'HEAD'].includes(method) })),
  };
}

/** The same mix, in the words of this server. */
function hookOf(faults: FaultScript): S3FaultHook {
  let index = 0;
  return ({ method, key }) => {
    const { status, reset, stored, headers } = faults({ method, path: key }, index++) ?? {};
    if (reset !== undefined) return { reset };
    if (status === undefined) return undefined;
    return stored ? { reset: 'after' } : { status, ...(headers?.['retry-after'] !== undefined && { retryAfter: headers['retry-after'] }) };
  };
}

/** Objects with what is kept beside them; uploads that were begun count too. */
function stateOf({ objects, uploads }: S3Server): string {
  const lines = [...objects()].map(([key, { bytes, meta, headers }]) => {
    const digest = createHash('sha256').update(bytes).digest('hex');
    return `${key} ${digest} ${headers['content-type']} ${JSON.stringify(meta)}`;
  });
  return [...lines.filter((line) => !line.includes('/.journal')), ...[...uploads.keys()].map((id) => `upload ${id}`)].sort().join('\n');
}

async function put({ options }: World, key: string, text: string): Promise<() => Promise<boolean>> {
  const storage = await storageOf(options);
  await storage.put(key, Buffer.from(text));
  return async () => Buffer.from((await storage.get(key))?.bytes ?? []).toString() === text;
}

describe('the conformance of s3', () => {
  describeConformance(
    { it },
    registryConformance<S3RegistryOptions, World>({
      definition: s3,
      open,
      ...(process.env.CI_FULL === undefined && { crashes: 8 }),
      faulty: true,
      tampering: {
        replace: (world, artifact, { name, version }) => put(world, `${name}/${version}/${artifact.name}`, "somebody else's\n"),
        remove: async ({ options }, artifact, { name, version }) => (await storageOf(options)).delete(`${name}/${version}/${artifact.name}`),
        repoint: (world, { name }) => put(world, `${name}/latest.json`, '{"name":"acme","version":"0.0.9"}\n'),
      },
    }),
  );
});
