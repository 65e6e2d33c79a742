import { lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, EXIT } from '../errors.ts';
import type { Release } from '../model/release.ts';
import { atomicWrite } from './atomic-write.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME } from './plan.ts';
import { parseManifest, type ReleaseManifest } from './release-manifest.ts';
import { removeAny } from './remove-tree.ts';

/** The folder that holds one version's artifacts. Its marker says it is ours; nothing in a folder without one is touched. */

export const MARKER_NAME = '.provisioning-dist';

const MARKER_TEXT = 'This folder is written by provisioning-dist; "provisioning-dist clean" removes what it made.\n';

export interface OutputFolder {
  readonly path: string;
  /** What an earlier run of the same version left there. */
  readonly manifest: ReleaseManifest | undefined;
}

/**
 * Makes the folder ready for a release. An empty or missing one gets the marker; one of the same version is merged into; one of another
 * version needs `clean`, which deletes what that version's manifest lists.
 */
export function openOutputFolder(path: string, release: Pick<Release, 'name' | 'version'>, options: { readonly clean: boolean }): OutputFolder {
  const manifest = inspectOutputFolder(path);
  if (manifest && !sameRelease(manifest, release)) {
    if (!options.clean) throw otherRelease(path, manifest, release);
    cleanOutputFolder(path);
    prepareFolder(path);
    return { path, manifest: undefined };
  }
  for (const name of leftovers(namesIn(path) ?? [])) removeAny(join(path, name));
  prepareFolder(path);
  return { path, manifest };
}

/** Reads the folder without changing it. Throws when it holds something that is not ours. */
export function inspectOutputFolder(path: string): ReleaseManifest | undefined {
  const names = namesIn(path);
  if (names === undefined || names.length === 0) return undefined;
  if (!names.includes(MARKER_NAME)) throw foreignFolder(path, names);
  return names.includes(MANIFEST_NAME) ? readManifest(path) : undefined;
}

/** The manifest of a folder of artifacts; a clear error when there is none. */
export function readManifest(path: string): ReleaseManifest {
  const file = join(path, MANIFEST_NAME);
  try {
    return parseManifest(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof DistError) throw error;
    throw new DistError('manifest-unreadable', `Cannot read "${file}": ${(error as Error).message}`, {
      exit: EXIT.usage,
      hint: 'run "provisioning-dist package" first, or name the folder with --from',
      cause: error,
    });
  }
}

/** Deletes what is ours, and the folder when nothing else is left in it. */
export function cleanOutputFolder(path: string): readonly string[] {
  const names = namesOfOurs(path);
  for (const name of names) removeAny(join(path, name));
  if (names.includes(MARKER_NAME)) removeEmpty(path);
  return names;
}

/**
 * Exactly what the manifest lists, the files core wrote, and what a killed run left. The marker belongs to them when nothing else is there:
 * until then the folder is ours to write into.
 */
export function namesOfOurs(path: string): readonly string[] {
  const manifest = inspectOutputFolder(path);
  const found = namesIn(path) ?? [];
  const listed = [...(manifest?.artifacts.map((artifact) => artifact.name) ?? []), CHECKSUMS_NAME, MANIFEST_NAME, ...leftovers(found)];
  const ours = [...new Set(listed)].filter((name) => found.includes(name));
  const isAll = found.every((name) => name === MARKER_NAME || ours.includes(name));
  return isAll && found.includes(MARKER_NAME) ? [...ours, MARKER_NAME] : ours;
}

/** Temporary files of a run that was killed: whoever holds the folder's lock is alone. */
function leftovers(names: readonly string[]): readonly string[] {
  return names.filter((name) => /^\..+\.tmp-\d+(?:-\d+)?$/.test(name));
}

/** A mount point, or a folder in one we may not change, stays: it is empty. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['EBUSY', 'EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function sameRelease(manifest: ReleaseManifest, release: Pick<Release, 'name' | 'version'>): boolean {
  return manifest.name === release.name && manifest.version === release.version;
}

function prepareFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    if (!exists(join(path, MARKER_NAME))) atomicWrite(join(path, MARKER_NAME), MARKER_TEXT);
  } catch (error) {
    throw folderUnwritable(path, error);
  }
}

function namesIn(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw folderUnwritable(path, error);
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function foreignFolder(path: string, names: readonly string[]): DistError {
  return new DistError(
    'foreign-folder',
    `Cannot write artifacts to "${path}": it holds ${names.length} files that are not provisioning-dist's (${names.slice(0, 3).join(', ')})`,
    {
      exit: EXIT.preflight,
      hint: 'choose another folder with --output-dir or "paths.packages", or empty this one',
    },
  );
}

function otherRelease(path: string, found: ReleaseManifest, release: Pick<Release, 'name' | 'version'>): DistError {
  return new DistError('other-release', `Cannot write ${release.name} ${release.version} to "${path}": it holds ${found.name} ${found.version}`, {
    exit: EXIT.preflight,
    hint: 'add --clean to remove that release first, or choose another folder with --output-dir',
  });
}

function folderUnwritable(path: string, cause: unknown): DistError {
  return new DistError('folder-unwritable', `Cannot use "${path}" for artifacts: ${(cause as Error).message}`, { exit: EXIT.preflight, cause });
}
