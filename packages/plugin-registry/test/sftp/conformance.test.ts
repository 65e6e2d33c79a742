import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeConformance, type RegistryWorld, registryConformance, testSecret } from '@provisioning-dist/core/testing';
import { startSsh2Server } from '../../../storage/test/ssh2-server.ts';
import type { SftpRegistryOptions } from '../../src/sftp/options.ts';
import { sftp } from '../../src/sftp/registry.ts';
import { storageOf } from '../../src/store/storage.ts';

interface World extends RegistryWorld<SftpRegistryOptions> {
  readonly root: string;
}

async function open(): Promise<World> {
  const server = await startSsh2Server();
  const { host, port, user, hostKey, root } = server;
  const options: SftpRegistryOptions = {
    ...{ host, port, user, hostKey, folder: root, privateKey: testSecret(server.privateKey), layout: '{name}/{version}/{artifact}' },
  };
  return {
    ...{ root, options, state: async () => stateOf(root) },
    close: async () => {
      await (await storageOf(options)).close?.();
      await server.close();
    },
  };
}

/** Of every file, temporary ones and locks too. */
function stateOf(root: string): string {
  const paths = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }).sort() : [];
  const files = paths.filter((path) => statSync(join(root, path)).isFile() && !path.includes('.journal'));
  return files
    .map(
      (path) =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')}`,
    )
    .join('\n');
}

function put(file: string, text: string): () => Promise<boolean> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return async () => readFileSync(file, 'utf8') === text;
}

describe('the conformance of sftp', () => {
  describeConformance(
    { it },
    registryConformance<SftpRegistryOptions, World>({
      definition: sftp,
      open,
      ...(process.env.CI_FULL === undefined && { crashes: 8 }),
      tampering: {
        replace: async ({ root }, artifact, { name, version }) => put(join(root, name, version, artifact.name), "somebody else's\n"),
        remove: async ({ root }, artifact, { name, version }) => rmSync(join(root, name, version, artifact.name)),
        repoint: async ({ root }, { name }) => put(join(root, name, 'latest.json'), '{"name":"acme","version":"0.0.9"}\n'),
      },
    }),
  );
});
