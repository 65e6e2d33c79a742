import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';

/** A distribution's entries of the given components, with the directories that lead to them; all entries when none are given. */
export function entriesOf(distribution: Distribution, components: readonly string[] | undefined): readonly Entry[] {
  if (components === undefined) return distribution.entries;
  const belongs = (entry: Entry): boolean => components.includes(entry.component);
  const leading = new Set(distribution.entries.filter(belongs).flatMap((entry) => ancestors(entry.path)));
  return distribution.entries.filter((entry) => (entry.type === 'directory' ? leading.has(entry.path) || belongs(entry) : belongs(entry)));
}

function ancestors(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
