import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeConformance, registryConformance } from '@provisioning-dist/core/testing';
import { specOf, type World } from './bench.ts';

function fileOf({ folder }: World, name: string): string {
  return join(folder, 'Packages/a', name);
}

function put(file: string, text: string): () => Promise<boolean> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return async () => readFileSync(file, 'utf8') === text;
}

describe('the conformance of yum', () => {
  describeConformance(
    { it },
    registryConformance({
      ...specOf({ url: 'https://yum.acme.example' }),
      ...(process.env.CI_FULL === undefined && { crashes: 4 }),
      tampering: {
        replace: async (world, { name }) => put(fileOf(world, name), "somebody else's\n"),
        remove: async (world, { name }) => rmSync(fileOf(world, name)),
        repoint: async ({ folder }) => put(join(folder, 'repodata/repomd.xml'), "somebody else's\n"),
      },
    }),
  );
});
