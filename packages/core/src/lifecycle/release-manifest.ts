import { DistError, EXIT } from '../errors.ts';
import type { Artifact, ArtifactKind } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import { isFacts } from '../versions/facts-check.ts';
import { MANIFEST_NAME } from './plan.ts';

/** `release.json`: what was made, with digests; deterministic, published beside the artifacts. */

export const MANIFEST_SCHEMA = 1;

export interface ManifestArtifact extends Artifact {
  /** sha256 over everything the artifact was made from; equal recipe and equal file = nothing to do. Absent for what core writes. */
  readonly recipe?: string;
}

export interface ReleaseManifest extends Release {
  readonly schema: number;
  /** Sorted by name. */
  readonly artifacts: readonly ManifestArtifact[];
}

export function manifestOf(release: Release, artifacts: readonly ManifestArtifact[]): ReleaseManifest {
  return { schema: MANIFEST_SCHEMA, ...release, artifacts: artifacts.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function printManifest(manifest: ReleaseManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Reads a manifest; it may come from elsewhere, so names are checked before anybody joins them to a path. */
export function parseManifest(text: string, file: string): ReleaseManifest {
  const manifest = parseJson(text, file) as ReleaseManifest;
  if (manifest?.schema !== MANIFEST_SCHEMA) throw broken(file, `its schema is ${String(manifest?.schema)}, known is ${MANIFEST_SCHEMA}`);
  const wrongText = [manifest.product, manifest.name, manifest.version].some((value) => typeof value !== 'string');
  if (wrongText || !Number.isSafeInteger(manifest.date) || !Array.isArray(manifest.artifacts))
    throw broken(file, 'product, name, version, date or artifacts are missing');
  if (!isFacts(manifest)) throw broken(file, 'notes or changes are not of their form');
  const names = new Set<string>([MANIFEST_NAME]);
  for (const artifact of manifest.artifacts) checkArtifact(artifact, names, file);
  checkSubjects(manifest, file);
  return manifest;
}

const KINDS: ReadonlySet<unknown> = new Set<ArtifactKind>([
  'archive',
  'package',
  'installer',
  'container',
  'checksums',
  'signature',
  'manifest',
  'document',
]);

function checkArtifact(artifact: ManifestArtifact, names: Set<string>, file: string): void {
  const { name, size, sha256, type, kind, scope, digests, format, instance, platform, variant } = artifact ?? {};
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._+~=@-]{0,239}$/.test(name))
    throw broken(file, `artifact name ${JSON.stringify(name)} is not a plain file name`);
  if (names.has(name.toLowerCase())) throw broken(file, `"${name}" is in it twice, or stands for the manifest itself`);
  names.add(name.toLowerCase());
  if (!Number.isSafeInteger(size) || size < 0 || !/^[0-9a-f]{64}$/.test(String(sha256))) throw broken(file, `size or sha256 of "${name}" is not one`);
  if (!['file', 'layout'].includes(type) || !KINDS.has(kind) || !['cell', 'platform', 'release'].includes(scope))
    throw broken(file, `type, kind or scope of "${name}" is not one`);
  if (!isDigests(digests, sha256)) throw broken(file, `digests of "${name}" are not those of its sha256`);
  if (![format, instance, platform, variant].every((text) => text === undefined || isPlainText(text)))
    throw broken(file, `format, instance, platform or variant of "${name}" is no plain text`);
}

function checkSubjects({ artifacts }: ReleaseManifest, file: string): void {
  const names = new Set(artifacts.map(({ name }) => name));
  const lost = artifacts.find(({ kind, subject }) => (kind === 'signature' || subject !== undefined) && !names.has(subject ?? ''));
  if (lost) throw broken(file, `what "${lost.name}" is about is not in it`);
}

function isDigests(digests: unknown, sha256: string): boolean {
  if (typeof digests !== 'object' || digests === null) return false;
  const all = Object.entries(digests);
  return all.every(([name, value]) => typeof value === 'string' && /^[0-9a-f]{32,128}$/.test(value) && (name !== 'sha256' || value === sha256));
}

/** Plugins may make paths of it. */
function isPlainText(text: unknown): boolean {
  return typeof text === 'string' && /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/.test(text);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(file, (error as Error).message);
  }
}

function broken(file: string, why: string): DistError {
  return new DistError('manifest-broken', `Cannot read "${file}": ${why}`, { exit: EXIT.usage, hint: 'package the release again' });
}

/**
 * GNU `sha256sum` lines over files, sorted by name: what `sha256sum -c` reads. Layouts have no single file and are left out, and so are
 * signatures, which may be about these lines.
 */
export function checksumLines(artifacts: readonly Artifact[]): string {
  const files = artifacts.filter(({ type, kind }) => type === 'file' && kind !== 'signature').toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return files.map((artifact) => `${artifact.sha256}  ${artifact.name}\n`).join('');
}
