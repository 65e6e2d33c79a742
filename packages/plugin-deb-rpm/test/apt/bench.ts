import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyHandle } from '@provisioning-dist/core';
import type { RegistryConformance, RegistryWorld } from '@provisioning-dist/core/testing';
import { createOptionsKit } from '../../../core/src/config/options-kit.ts';
import { type AptOptions, aptOptions } from '../../src/apt/options.ts';
import { apt } from '../../src/apt/registry.ts';
import { debArtifact, sha256 } from './debs.ts';

/** Repositories in folders, signed by a key that is none: its signatures are digests. */

export interface World extends RegistryWorld<AptOptions> {
  readonly folder: string;
}

export function parseOptions(raw: object): ReturnType<ReturnType<typeof aptOptions>['safeParse']> {
  return aptOptions(createOptionsKit({ env: {}, root: '.', onValue: () => {} })).safeParse(raw);
}

export function optionsOf(raw: object): AptOptions {
  const { data, error } = parseOptions({ path: 'repository', sign: 'release', ...raw });
  if (!data) throw error;
  return data as AptOptions;
}

export const testKey = (id: string): KeyHandle => ({
  id,
  info: async () => ({ id: 'F00D', algorithm: 'ed25519', publicKey: { ext: 'asc', bytes: Buffer.from(armor('PUBLIC KEY BLOCK', 'F00D')) } }),
  openpgp: async (data, { form = 'detached' } = {}) => {
    const bytes = Buffer.concat(data instanceof Uint8Array ? [data] : [...data]);
    const signature = armor('SIGNATURE', sha256(bytes));
    const text = Buffer.from(bytes).toString('utf8').replace(/^-/gm, '- -');
    return Buffer.from(form === 'clear' ? `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${text}${signature}` : signature);
  },
  cms: () => Promise.reject(new Error('apt asks for no CMS')),
  raw: () => Promise.reject(new Error('apt asks for no raw signatures')),
});

function armor(title: string, text: string): string {
  return `-----BEGIN PGP ${title}-----\n\n${text}\n-----END PGP ${title}-----\n`;
}

export function openWorld(raw: object = {}): World {
  const folder = mkdtempSync(join(tmpdir(), 'apt-'));
  return {
    ...{ folder, options: optionsOf({ path: folder, ...raw }) },
    state: async () => stateOf(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function filesIn(folder: string): readonly string[] {
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return paths.filter((path) => statSync(join(folder, path)).isFile()).sort();
}

/** What clients get: later dates and what is kept for readers of earlier indexes make no difference, nor do indexes of nothing. */
function stateOf(folder: string): string {
  const own = filesIn(folder).filter((path) => !/by-hash|journal|Release|\.[gx]z$/.test(path) && statSync(join(folder, path)).size > 0);
  const content = own.map((path) => `${path} ${sha256(readFileSync(join(folder, path)))}`);
  return content.join('\n');
}

export function specOf(raw: object = {}): RegistryConformance<AptOptions, World> {
  return {
    definition: apt,
    open: async () => openWorld(raw),
    key: testKey,
    artifacts: (version) => [
      debArtifact({ version: `${version}-1` }),
      debArtifact({ version: `${version}-1`, architecture: 'arm64' }),
      debArtifact({ package: 'acme-doc', version: `${version}-1`, architecture: 'all' }),
    ],
  };
}
