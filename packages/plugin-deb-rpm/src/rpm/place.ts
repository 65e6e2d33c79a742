import { posix } from 'node:path';
import type { Entry } from '@provisioning-dist/core';
import type { Member } from '@provisioning-dist/payload';
import { ancestors, byBytes, withoutPlainParents } from '../common/paths.ts';
import { installedPath as commonPath, movedTarget, type PlaceRules } from '../common/place.ts';
import { badPath, notAFolder, pathTaken } from './errors.ts';

/** One path as it is installed, and the entry it comes from. */
export interface Placed {
  readonly member: Member;
  readonly role: Entry['role'];
  readonly from: string;
  /** Its bytes are none of the distribution. */
  readonly made?: boolean;
}

/** The entries at their places, with links that still lead to what they led to, by the bytes of their paths. */
export function placeEntries(entries: readonly Entry[], rules: PlaceRules): readonly Placed[] {
  for (const entry of entries) checkEntry(entry);
  const moved = new Map(entries.map((entry) => [entry.path, installedPath(entry, rules)]));
  const placed = withoutPlainParents(entries).map((entry): Placed => {
    const path = moved.get(entry.path) as string;
    const member: Member = entry.type === 'symlink' ? { ...entry, path, target: movedTarget(entry, path, moved) } : { ...entry, path };
    return { member, role: entry.role, from: entry.path };
  });
  return withoutTwins(placed).toSorted((a, b) => byBytes(a.member, b.member));
}

/** As every package has it, but for the folders of licenses and of zsh's completions. */
export function installedPath(entry: Pick<Entry, 'path' | 'role' | 'type'>, rules: PlaceRules): string {
  const path = commonPath(entry, rules);
  if (rules.paths[entry.role] !== undefined) return path;
  const doc = `usr/share/doc/${rules.package}/`;
  if (entry.role === 'license' && entry.type !== 'directory' && path.startsWith(doc) && !entry.path.startsWith('usr/'))
    return posix.join('usr/share/licenses', rules.package, path.slice(doc.length));
  return path.replace(/^usr\/share\/zsh\/vendor-completions\//, 'usr/share/zsh/site-functions/');
}

function checkEntry(entry: Entry): void {
  if (/\p{Cc}/u.test(entry.path)) throw badPath(entry.path, 'it holds a control character');
  if (entry.type !== 'symlink') return;
  if (/\p{Cc}/u.test(entry.target)) throw badPath(entry.path, 'its target holds a control character');
  const target = posix.join(posix.dirname(entry.path), entry.target);
  if (!posix.isAbsolute(entry.target) && /^\.\.(?:\/|$)/.test(target))
    throw badPath(entry.path, `its target "${entry.target}" is outside of the package`);
}

export function withoutTwins(placed: readonly Placed[]): readonly Placed[] {
  const byPath = new Map<string, Placed>();
  for (const each of placed) {
    const { path, type } = each.member;
    const other = byPath.get(path);
    if (other !== undefined && (type !== 'directory' || other.member.type !== 'directory')) throw pathTaken(path, other.from, each.from);
    if (other === undefined) byPath.set(path, each);
  }
  // What shares a folder shares what is above it.
  const children = new Map([...byPath.keys()].map((path) => [posix.dirname(path), path]));
  for (const path of children.values()) {
    const blocked = ancestors(path).find((above) => (byPath.get(above)?.member.type ?? 'directory') !== 'directory');
    if (blocked !== undefined) throw notAFolder(blocked, path);
  }
  return [...byPath.values()];
}
