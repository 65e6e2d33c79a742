import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Folder of the package if it is installed in exactly this version, looked for as Node does: from `root` upwards. */
export function installed(root: string, wanted: { readonly name: string; readonly version: string }): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const place = resolve(folder, 'node_modules', wanted.name);
    if (existsSync(place) && isVersion(place, wanted)) return realpathSync(place);
    if (dirname(folder) === folder) return undefined;
  }
}

function isVersion(place: string, { name, version }: { readonly name: string; readonly version: string }): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(resolve(place, 'package.json'), 'utf8'));
    const found = (manifest ?? {}) as { readonly name?: unknown; readonly version?: unknown };
    return found.name === name && found.version === version;
  } catch {
    return false;
  }
}
