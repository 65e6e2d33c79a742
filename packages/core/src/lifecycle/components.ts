import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';

/** A distribution's entries of the given components, with the directories that lead to them; all entries when none are given. */
export function entriesOf(distribution: Distribution, components: readonly string[] | undefined): readonly Entry[] {
  if (components === undefined) return distribution.entries;
  const chosen = distribution.entries.filter((entry) => components.includes(entry.component));
  const leading = new Set(chosen.flatMap((entry) => ancestors(entry.path)));
  return distribution.entries.filter((entry) => chosen.includes(entry) || (entry.type === 'directory' && leading.has(entry.path)));
}

function ancestors(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
