import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, ArtifactRef } from '../model/artifact.ts';
import { artifactDiffers, artifactMissing, artifactUnknown } from './effect-errors.ts';

/** Finds an artifact's file or folder for effects: only what is in this release, and still looks as it was made. */
export function artifactFile(find: (name: string) => Artifact | undefined, folder: string): (artifact: ArtifactRef) => string {
  return (artifact) => {
    const found = find(artifact.name);
    if (!found) throw artifactUnknown(artifact);
    if (found.sha256 !== artifact.sha256) throw artifactDiffers(artifact, found);
    const file = join(folder, found.name);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    const problem = stats ? differenceOf(found, stats) : 'is gone';
    if (problem) throw artifactMissing(artifact, file, problem);
    return file;
  };
}

/** What a look at the file tells against the artifact's record: its type and size. */
export function differenceOf(artifact: Artifact, stats: Stats): string | undefined {
  if (artifact.type === 'layout') return stats.isDirectory() ? undefined : 'is not a folder';
  if (!stats.isFile()) return 'is not a file';
  return stats.size === artifact.size ? undefined : `has ${stats.size} bytes, not ${artifact.size}`;
}
