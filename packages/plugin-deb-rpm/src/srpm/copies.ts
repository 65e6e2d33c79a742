import type { Entry } from '@provisioning-dist/core';
import type { Member } from '@provisioning-dist/payload';
import { byBytes } from '../common/paths.ts';
import { missingParents } from '../rpm/directories.ts';
import { badInstalledPath, installedTwice, notTracked } from './errors.ts';

/** A tracked path and where it is installed, without leading slash. */
export interface Copy {
  readonly entry: Entry;
  readonly path: string;
}

/** Spec files quote nothing in `%files`: these mean only themselves. */
const SAFE = /^[A-Za-z0-9_.+@:,~/-]+$/;

export function copiesOf(entries: readonly Entry[], rules: Readonly<Record<string, string>>): readonly Copy[] {
  const byPath = new Map<string, Copy>();
  for (const [from, to] of Object.entries(rules))
    for (const copy of copiesBelow(entries, from, to.slice(1))) {
      const other = byPath.get(copy.path);
      if (!SAFE.test(copy.path)) throw badInstalledPath(`/${copy.path}`);
      if (other && (other.entry.type !== 'directory' || copy.entry.type !== 'directory'))
        throw installedTwice(`/${copy.path}`, other.entry.path, copy.entry.path);
      byPath.set(copy.path, copy);
    }
  return [...byPath.values()].toSorted(byBytes);
}

function copiesBelow(entries: readonly Entry[], from: string, to: string): readonly Copy[] {
  const found = entries.flatMap((entry) => {
    if (entry.path === from) return [{ entry, path: to }];
    return entry.path.startsWith(`${from}/`) ? [{ entry, path: `${to}${entry.path.slice(from.length)}` }] : [];
  });
  if (found.length === 0) throw notTracked(from);
  return found;
}

/** Folders the package has to own to leave nothing behind. */
export function ownFolders(copies: readonly Copy[]): readonly string[] {
  const members = copies.map(({ entry, path }): Member => ({ ...entry, path }));
  const made = members.filter(({ type }) => type === 'directory');
  return [...made, ...missingParents(members)].map(({ path }) => path).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
