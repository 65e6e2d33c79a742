import type { Change } from '@provisioning-dist/core';
import type { Group } from './options.ts';

export interface GroupedChanges {
  readonly title: string | undefined;
  readonly changes: readonly Change[];
}

/** Changes below the headings that take them, those that break something first; empty groups are left out. */
export function grouped(changes: readonly Change[], groups: readonly Group[]): readonly GroupedChanges[] {
  const lists = groups.map(() => [] as Change[]);
  for (const change of changes) lists[groups.findIndex((group) => takes(group, change))]?.push(change);
  return groups.flatMap(({ title }, index) => {
    const list = lists[index] ?? [];
    return list.length === 0 ? [] : [{ title, changes: [...list.filter(breaks), ...list.filter((change) => !breaks(change))] }];
  });
}

export function breaks({ breaking }: Change): boolean {
  return breaking !== undefined;
}

function takes({ types, pattern }: Group, change: Change): boolean {
  if (types !== undefined && !types.includes(change.type ?? 'other')) return false;
  return pattern === undefined || pattern.test(firstLine(change));
}

/** As it was written, but for the case of the type. */
export function firstLine({ type, scope, subject, breaking }: Change): string {
  if (type === undefined) return subject;
  return `${type}${scope === undefined ? '' : `(${scope})`}${breaking === subject ? '!' : ''}: ${subject}`;
}
