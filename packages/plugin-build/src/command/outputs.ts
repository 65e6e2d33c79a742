import { globSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { inProject } from '../made/place.ts';

/** Files that the patterns mean, with what tells one from its successor. Links are followed, as long as they stay in the project. */
export function outputsOf(root: string, folder: string, patterns: readonly string[]): ReadonlyMap<string, string> {
  const paths = patterns.flatMap((pattern) => inPattern(folder, pattern));
  const files = [...new Set(paths)].filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile()).sort();
  return new Map(files.map((path) => [inProject(root, path), stampOf(path)]));
}

/** A name that is there is meant as it stands, whatever its characters mean to a pattern. */
function inPattern(folder: string, pattern: string): readonly string[] {
  const plain = resolve(folder, pattern);
  if (statSync(plain, { throwIfNoEntry: false })) return [plain];
  return globSync(pattern, { cwd: folder }).map((path) => resolve(folder, path));
}

function stampOf(path: string): string {
  const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}
