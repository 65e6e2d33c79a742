import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import { sha256 } from './server-objects.ts';

/** Releases with small artifacts. */

export interface TestArtifact extends Partial<Omit<Artifact, 'name' | 'size' | 'sha256'>> {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

export function testRelease(version: string, more: Partial<Release> = {}): Release {
  return { product: 'acme', name: 'acme', version, snapshot: false, date: 1_700_000_000, ...more };
}

/** Two archives, one of them empty of meaning but 100 KB long, with checksums and the manifest. */
export function testArtifacts(version: string): readonly TestArtifact[] {
  const archive = (platform: string, bytes: string): TestArtifact => ({
    ...{ name: `acme-${version}-${platform}.tar.gz`, bytes, platform, format: 'tar.gz', instance: 'tar.gz', scope: 'cell', kind: 'archive' },
  });
  const archives = [archive('linux-amd64', `acme ${version}\n`), archive('linux-arm64', `acme ${version}\n`.repeat(10_000))];
  const lines = archives.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`);
  const artifacts = archives.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: sha256(bytes) }));
  return [
    ...archives,
    { name: 'checksums.sha256', bytes: lines.join(''), kind: 'checksums', scope: 'release' },
    { name: 'release.json', bytes: JSON.stringify({ name: 'acme', version, artifacts }), kind: 'manifest', scope: 'release' },
  ];
}

/** Writes them into a folder, as the output folder holds them; in the order of their names. */
export function writeArtifacts(folder: string, artifacts: readonly TestArtifact[]): readonly Artifact[] {
  mkdirSync(folder, { recursive: true });
  const written = artifacts.map(({ name, bytes, ...more }): Artifact => {
    writeFileSync(join(folder, name), bytes);
    const digest = sha256(bytes);
    const size = Buffer.byteLength(bytes);
    return Object.freeze({ kind: 'archive', type: 'file', scope: 'cell', digests: { sha256: digest }, ...more, name, size, sha256: digest });
  });
  return written.sort((a, b) => (a.name < b.name ? -1 : 1));
}
