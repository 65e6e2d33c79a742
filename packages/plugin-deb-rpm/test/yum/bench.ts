import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { KeyHandle } from '@provisioning-dist/core';
import type { RegistryConformance, RegistryWorld } from '@provisioning-dist/core/testing';
import { createOptionsKit } from '../../../core/src/config/options-kit.ts';
import { type YumOptions, yumOptions } from '../../src/yum/options.ts';
import { yum } from '../../src/yum/registry.ts';
import { rpmArtifact, sha256 } from './rpms.ts';

/** Repositories in folders, signed by a key that is none: its signatures are packets with the digest alone. */

export interface World extends RegistryWorld<YumOptions> {
  readonly folder: string;
}

export function parseOptions(raw: object): ReturnType<ReturnType<typeof yumOptions>['safeParse']> {
  return yumOptions(createOptionsKit({ env: {}, root: '.', onValue: () => {} })).safeParse(raw);
}

export function optionsOf(raw: object): YumOptions {
  const { data, error } = parseOptions({ path: 'repository', sign: 'release', gpgcheck: false, overlap: 0, ...raw });
  if (!data) throw error;
  return data as YumOptions;
}

/** A version 4 packet of Ed25519Legacy by SHA-512 with nothing but its head: RFC 9580, 5.2.3. */
export function signaturePacket(data: Uint8Array): Buffer {
  const hashed = Buffer.from([4, 0, 22, 10, 0, 0]);
  const digest = createHash('sha512')
    .update(data)
    .update(hashed)
    .update(Buffer.from([4, 0xff, 0, 0, 0, 6]))
    .digest();
  return Buffer.concat([Buffer.from([0xc2, 10]), hashed, Buffer.from([0, 0]), digest.subarray(0, 2)]);
}

export const testKey = (id: string): KeyHandle => ({
  id,
  info: async () => ({ id: 'F00D', algorithm: 'ed25519', publicKey: { ext: 'asc', bytes: Buffer.from('a public key\n') } }),
  openpgp: async (data) => signaturePacket(Buffer.concat(data instanceof Uint8Array ? [data] : [...data])),
  cms: () => Promise.reject(new Error('yum asks for no CMS')),
  raw: () => Promise.reject(new Error('yum asks for no raw signatures')),
});

export function openWorld(raw: object = {}): World {
  const folder = mkdtempSync(join(tmpdir(), 'yum-'));
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

/** The lists that count, unpacked, by their type. */
export function listsIn(folder: string): ReadonlyMap<string, string> {
  const repomd = join(folder, 'repodata/repomd.xml');
  const text = existsSync(repomd) ? readFileSync(repomd, 'utf8') : '';
  const found = [...text.matchAll(/<data type="([^"]+)">.*?href="([^"]+\.gz)"/gs)];
  return new Map(found.map(([, type = '', href = '']) => [type, gunzipSync(readFileSync(join(folder, href))).toString('utf8')]));
}

/** What clients get: later revisions and what is kept for readers of earlier metadata make no difference, nor do lists of nothing. */
function stateOf(folder: string): string {
  const own = filesIn(folder).filter((path) => !/repodata\/[^/]*\.(?:gz|xml|asc)$|journal/.test(path));
  const content = own.map((path) => `${path} ${sha256(readFileSync(join(folder, path)))}`);
  const lists = ['primary', 'filelists', 'other'].flatMap(
    (type) =>
      listsIn(folder)
        .get(type)
        ?.match(/<package .*?<\/package>/gs) ?? [],
  );
  return [...content, ...lists].join('\n');
}

export function specOf(raw: object = {}): RegistryConformance<YumOptions, World> {
  return {
    definition: yum,
    open: async () => openWorld(raw),
    key: testKey,
    artifacts: (version) => [
      rpmArtifact({ version: version.replace('-', '~') }),
      rpmArtifact({ version: version.replace('-', '~'), arch: 'aarch64' }),
      rpmArtifact({ package: 'acme-doc', version: version.replace('-', '~'), arch: 'noarch' }),
    ],
  };
}
