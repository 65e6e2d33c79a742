import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '@provisioning-dist/payload';
import type { Artifact } from '../model/artifact.ts';
import type { Finding } from '../model/finding.ts';
import { MARKER_NAME } from './output-folder.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME } from './plan.ts';
import { sha256OfFile } from './recipe.ts';
import { checksumLines, type ReleaseManifest } from './release-manifest.ts';
import * as found from './validate-findings.ts';

/** The folder against its own records: `release.json` says what every file is, `checksums.sha256` says it again. */

const DIGESTS: readonly Digest[] = ['sha256', 'sha512', 'sha1', 'md5', 'blake2b512'];

/** What is wrong with an artifact's bytes. Links are not followed: they would be checked in one place and published from another. */
export async function digestFindings(artifact: Artifact, folder: string): Promise<readonly Finding[]> {
  const { name, type, size } = artifact;
  const path = join(folder, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return [found.missingFile(name)];
  if (type === 'layout') return stats.isDirectory() ? layoutFindings(artifact, path) : [found.notAFolder(name)];
  if (!stats.isFile()) return [found.notAFile(name)];
  if (stats.size !== size) return [found.otherSize(name, stats.size, size)];
  const expected: Artifact['digests'] = { ...artifact.digests, sha256: artifact.sha256 };
  const names = DIGESTS.filter((digest) => expected[digest] !== undefined);
  const actual = await digestsOf(path, names);
  return names.flatMap((digest) => (actual[digest] === expected[digest] ? [] : [found.otherDigest(name, digest, actual[digest], expected[digest])]));
}

async function digestsOf(path: string, names: readonly Digest[]): Promise<Partial<Record<Digest, string>>> {
  const hashes = names.map((name) => ({ name, hash: createHash(name) }));
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) for (const { hash } of hashes) hash.update(chunk as Buffer);
  return Object.fromEntries(hashes.map(({ name, hash }) => [name, hash.digest('hex')]));
}

/** As package.ts makes it: sha256 of the sorted `sha256sum` lines. */
async function layoutFindings({ name, sha256 }: Artifact, path: string): Promise<readonly Finding[]> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name));
  const lines: string[] = [];
  for (const file of paths) lines.push(`${await sha256OfFile(file)}  ${file.slice(path.length + 1).replaceAll('\\', '/')}\n`);
  const actual = createHash('sha256').update(lines.toSorted().join('')).digest('hex');
  return actual === sha256 ? [] : [found.otherDigest(name, 'sha256', actual, sha256)];
}

/** The sums must say of every file what the manifest says, and nothing else. */
export function checksumFindings(manifest: ReleaseManifest, folder: string): readonly Finding[] {
  const path = join(folder, CHECKSUMS_NAME);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return [found.missingFile(CHECKSUMS_NAME)];
  const actual = linesOf(readFileSync(path, 'utf8'));
  const expected = linesOf(checksumLines(manifest.artifacts.filter(({ name }) => name !== CHECKSUMS_NAME)));
  return [
    ...[...expected].filter((line) => !actual.has(line)).map((line) => found.sumMissing(CHECKSUMS_NAME, line)),
    ...[...actual].filter((line) => !expected.has(line)).map((line) => found.sumExtra(CHECKSUMS_NAME, line)),
  ];
}

function linesOf(text: string): ReadonlySet<string> {
  return new Set(text.split('\n').filter(Boolean));
}

/** Files nobody vouches for: whoever copies the folder publishes them too. */
export function unlistedFindings(manifest: ReleaseManifest, folder: string): readonly Finding[] {
  const listed = new Set([...manifest.artifacts.map(({ name }) => name), CHECKSUMS_NAME, MANIFEST_NAME, MARKER_NAME]);
  return readdirSync(folder)
    .filter((name) => !listed.has(name))
    .sort()
    .map(found.unlisted);
}
