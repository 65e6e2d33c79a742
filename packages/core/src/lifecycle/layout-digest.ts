import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfFile } from './recipe.ts';

/** The digest of a layout: of the `sha256sum` lines of its files, sorted. */
export function digestOfLines(lines: readonly string[]): string {
  return createHash('sha256').update(lines.toSorted().join('')).digest('hex');
}

export function layoutLine(sha256: string, path: string): string {
  return `${sha256}  ${path}\n`;
}

/** The digest of a layout on the disk. Links are never followed. */
export async function layoutDigest(folder: string, signal?: AbortSignal): Promise<string> {
  const lines: string[] = [];
  for (const path of filesIn(folder)) lines.push(layoutLine(await sha256OfFile(join(folder, path), signal), path));
  return digestOfLines(lines);
}

function filesIn(folder: string, base = ''): readonly string[] {
  return readdirSync(join(folder, base), { withFileTypes: true }).flatMap((entry) => {
    const path = base === '' ? entry.name : `${base}/${entry.name}`;
    if (entry.isDirectory()) return filesIn(folder, path);
    return entry.isFile() ? [path] : [];
  });
}
