import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  CANARY,
  describeConformance,
  type FaultScript,
  type RegistryWorld,
  registryConformance,
  type TestArtifact,
  testSecret,
} from '@provisioning-dist/core/testing';
import type { NpmOptions } from '../src/registry/options.ts';
import { npm } from '../src/registry/registry.ts';
import { type NpmServer, startNpmServer } from './npm-server.ts';

interface World extends RegistryWorld<NpmOptions> {
  readonly server: NpmServer;
}

const NAMES = { 'acme-cli-linux-x64': 'npm', 'acme-cli-darwin-arm64': 'npm', 'acme-cli': 'npm-main' } as const;

describe('the conformance of npm', () => {
  describeConformance(
    { it },
    registryConformance<NpmOptions, World>({
      definition: npm,
      faulty: true,
      ...(process.env.CI_FULL === undefined && { crashes: 12 }),
      artifacts: (version) => Object.entries(NAMES).map(([name, format]) => packed(name, version, format)),
      open: async (faults) => {
        const server = await startNpmServer(CANARY);
        if (faults) server.fail(withoutHeaders(faults));
        return {
          server,
          options: { url: server.url, token: testSecret(), scope: '@acme' },
          state: async () => stateOf(server),
          log: () => server.log.map((line) => ({ unsafe: !line.startsWith('GET') })),
          close: server.close,
        };
      },
      tampering: {
        remove: async ({ server }, { name }, { version }) => {
          server.packages.get(packageOf(name, version))?.versions.delete(version);
        },
        repoint: async ({ server }) => {
          server.tag('@acme/cli', 'latest', '0.0.9');
          return async () => server.packages.get('@acme/cli')?.tags.get('latest') === '0.0.9';
        },
      },
    }),
  );
});

function packageOf(fileName: string, version: string): string {
  return fileName.replace(`-${version}.tgz`, '').replace('acme-', '@acme/');
}

/** What the tag for staging names is nobody's business. */
function stateOf({ packages }: NpmServer): string {
  const lines = [...packages].map(([name, { versions, tags }]) => {
    const digests = [...versions].map(([version, { tarball }]) => `${version} ${digest('sha256', tarball)}`).sort();
    return JSON.stringify([name, digests, tags.get('latest')]);
  });
  return lines.sort().join('\n');
}

/** The fixture has no headers and bodies to break. */
function withoutHeaders(script: FaultScript): Parameters<NpmServer['fail']>[0] {
  let index = 0;
  return (request) => {
    const { status, stored, reset } = script(request, index++) ?? {};
    return {
      ...(status !== undefined && status !== 429 && { status }),
      ...(stored !== undefined && { stored }),
      ...(reset !== undefined && { reset }),
    };
  };
}

function packed(name: string, version: string, format: 'npm' | 'npm-main'): TestArtifact {
  const fileName = `${name}-${version}.tgz`;
  const bytes = gzipSync(tarOf('package/package.json', JSON.stringify({ name: packageOf(fileName, version), version })));
  const digests = { sha256: digest('sha256', bytes), sha512: digest('sha512', bytes), sha1: digest('sha1', bytes) };
  return { name: fileName, bytes, kind: 'package', scope: 'cell', format, instance: format, digests };
}

/** One file in a POSIX ustar. */
function tarOf(path: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  const put = (at: number, text: string) => header.write(text, at, 'latin1');
  put(0, path);
  put(100, '0000644\0');
  put(124, `${content.length.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\u000000');
  put(
    148,
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  );
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}

function digest(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
