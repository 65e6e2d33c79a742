import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Artifact, Release } from '@provisioning-dist/core';
import { describeConformance, type RegistryWorld, registryConformance } from '@provisioning-dist/core/testing';
import type { LocalOptions } from '../../src/local/options.ts';
import { local } from '../../src/local/registry.ts';

const LAYOUT = '{name}/{version}/{artifact}';
const FOREIGN = "somebody else's\n";

async function open(): Promise<RegistryWorld<LocalOptions>> {
  const path = mkdtempSync(join(tmpdir(), 'local-'));
  return {
    options: { path, layout: LAYOUT } as LocalOptions,
    state: async () => digestOf(path),
    close: async () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Of every path and its bytes, folders too; the record left out. */
function digestOf(root: string): string {
  const paths = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }).sort() : [];
  const hash = createHash('sha256');
  for (const path of paths.filter((one) => !/\.journal\b/.test(one))) {
    const isFile = statSync(join(root, path)).isFile();
    if (isFile) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

function fileOf({ options }: RegistryWorld<LocalOptions>, { name, version }: Release, { name: artifact }: Artifact): string {
  return join(options.path, name, version, artifact);
}

function put(file: string, text: string): () => Promise<boolean> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return async () => readFileSync(file, 'utf8') === text;
}

describe('the conformance of local', () => {
  describeConformance(
    { it },
    registryConformance({
      definition: local,
      open,
      ...(process.env.CI_FULL === undefined && { crashes: 12 }),
      tampering: {
        replace: async (world, artifact, release) => put(fileOf(world, release, artifact), FOREIGN),
        remove: async (world, artifact, release) => rmSync(fileOf(world, release, artifact)),
        repoint: async ({ options }, { name }) => put(join(options.path, name, 'latest.json'), '{"name":"acme","version":"0.0.9"}\n'),
      },
    }),
  );
});
