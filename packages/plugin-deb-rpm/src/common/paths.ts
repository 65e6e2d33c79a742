import type { Entry } from '@provisioning-dist/core';
import type { Member } from '@provisioning-dist/payload';

/** `a/b/c` -> `a`, `a/b` */
export function ancestors(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** What is in a folder comes after it: rpm erases from the end of its list to the start, dpkg makes no folders of its own. */
export function byBytes(a: Pick<Member, 'path'>, b: Pick<Member, 'path'>): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

/** A folder that says nothing of its own is made again where its content goes. */
export function withoutPlainParents(entries: readonly Entry[]): readonly Entry[] {
  const parents = new Set(entries.flatMap(({ path }) => ancestors(path)));
  const plain = ({ path, mode, owner, group }: Entry): boolean => parents.has(path) && mode === 0o755 && owner === 'root' && group === 'root';
  return entries.filter((entry) => entry.type !== 'directory' || !plain(entry));
}
