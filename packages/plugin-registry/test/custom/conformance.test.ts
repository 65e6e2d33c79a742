import type { Release } from '@provisioning-dist/core';
import { CANARY, describeConformance, type RegistryWorld, registryConformance, startServer, type TestServer } from '@provisioning-dist/core/testing';
import { createOptionsParser } from '../../../core/src/config/options.ts';
import { createRedactor } from '../../../core/src/redact.ts';
import type { CustomOptions } from '../../src/custom/options.ts';
import { custom } from '../../src/custom/registry.ts';

interface World extends RegistryWorld<CustomOptions> {
  readonly server: TestServer;
}

const FOREIGN = "somebody else's\n";
const POINTER = '{"name":"acme","version":"0.0.9"}';

/** Servers of different abilities. */
const SERVERS: Readonly<Record<string, object>> = {
  'with conditions and a password': { conditional: true, digest: true, auth: { basic: { user: 'me', password: { env: 'SECRET' } } } },
  'without either': { probe: { method: 'GET' } },
};

for (const [what, more] of Object.entries(SERVERS)) {
  describe(`the conformance of custom on a server ${what}`, () => {
    describeConformance(
      { it },
      registryConformance<CustomOptions, World>({
        definition: custom,
        faulty: true,
        ...(process.env.CI_FULL === undefined && { crashes: 12 }),
        open: async (faults) => {
          const auth = 'auth' in more && { auth: { user: 'me', password: CANARY, for: 'unsafe' as const } };
          const server = await startServer({ ...auth, ...(faults && { faults }) });
          const parser = createOptionsParser({ env: { SECRET: CANARY }, redactor: createRedactor() });
          const at = (path: string): string => `${server.url}/dl/{name}/${path}`;
          const raw = { url: at('{version}/{artifact}'), journal: at('{version}/.journal'), pointer: { url: at('{tag}.json') }, delete: {} };
          return {
            server,
            options: parser.parse(custom.options, { ...raw, ...more }, { file: 'provisioning-dist.yaml', key: 'publish.custom' }),
            state: async () => stateOf(server),
            log: server.log,
            close: server.close,
          };
        },
        tampering: {
          replace: async ({ server }, { name }, release) => put(server, `${folderOf(release)}/${name}`, FOREIGN),
          remove: async ({ server }, { name }, release) => server.set(`${folderOf(release)}/${name}`, undefined),
          repoint: async ({ server }, { name }) => put(server, `/dl/${name}/latest.json`, POINTER),
        },
      }),
    );
  });
}

function folderOf({ name, version }: Release): string {
  return `/dl/${name}/${version}`;
}

/** Paths are the same on every server; addresses inside of pointers are not. */
function stateOf(server: TestServer): string {
  const lines = [...server.objects()].map(([path, { bytes, contentType }]) => {
    const text = Buffer.from(bytes).toString('latin1').replaceAll(server.url, 'http://server');
    return `${path} ${contentType} ${text}`;
  });
  return lines
    .filter((line) => !line.includes('/.journal '))
    .sort()
    .join('\n');
}

function put(server: TestServer, path: string, text: string): () => Promise<boolean> {
  server.set(path, text);
  return async () => Buffer.from(server.objects().get(path)?.bytes ?? []).toString() === text;
}
