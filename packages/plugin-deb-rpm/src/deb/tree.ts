import type { Entry } from '@provisioning-dist/core';
import { type Member, pathProblem } from '@provisioning-dist/payload';
import { ancestors, byBytes, withoutPlainParents } from '../common/paths.ts';
import { installedPath, movedTarget, type PlaceRules } from '../common/place.ts';
import { badPath, notAFolder, pathTaken } from './errors.ts';

/** One path as it is installed, and the path in the distribution it comes from. */
export interface Placed {
  readonly member: Member;
  readonly from: string;
  /** Its bytes are none of the distribution. */
  readonly made?: boolean;
}

/** The entries at their places, with links that still lead to what they led to. */
export function placeEntries(entries: readonly Entry[], rules: PlaceRules): readonly Placed[] {
  for (const entry of entries) refuseBad(entry);
  const moved = new Map(entries.map((entry) => [entry.path, installedPath(entry, rules)]));
  return withoutPlainParents(entries).map((entry) => {
    const path = moved.get(entry.path) as string;
    return { member: entry.type === 'symlink' ? { ...entry, path, target: movedTarget(entry, path, moved) } : { ...entry, path }, from: entry.path };
  });
}

/** Before it is joined with anything: what is left of it then may look harmless. dpkg keeps lists of what is installed, a line for each path. */
function refuseBad(entry: Entry): void {
  const { path } = entry;
  const problem = pathProblem(path) ?? (path.includes('\n') ? 'its name holds a line feed' : undefined);
  if (problem !== undefined) throw badPath(path, problem);
  if (entry.type === 'symlink' && entry.target.includes('\n')) throw badPath(path, 'its target holds a line feed');
}

/**
 * What data.tar holds: the root, every parent, then files and folders by the bytes of their paths, links last, as dpkg-deb writes them:
 * what they lead to is there before them.
 */
export function completeTree(placed: readonly Placed[]): readonly Member[] {
  const byPath = new Map<string, Placed>();
  for (const each of placed) put(byPath, each);
  for (const { member } of placed) addParents(byPath, member.path);
  const members = [...byPath.values()].map(({ member }) => member).toSorted(byBytes);
  return [
    { type: 'directory', path: '', mode: 0o755 },
    ...members.filter(({ type }) => type !== 'symlink'),
    ...members.filter(({ type }) => type === 'symlink'),
  ];
}

function put(byPath: Map<string, Placed>, placed: Placed): void {
  const { path, type } = placed.member;
  const other = byPath.get(path);
  if (other !== undefined && (type !== 'directory' || other.member.type !== 'directory')) throw pathTaken(path, other.from, placed.from);
  if (other === undefined) byPath.set(path, placed);
}

function addParents(byPath: Map<string, Placed>, path: string): void {
  for (const parent of ancestors(path)) {
    const there = byPath.get(parent);
    if (there !== undefined && there.member.type !== 'directory') throw notAFolder(parent, path);
    if (there === undefined) byPath.set(parent, { member: { type: 'directory', path: parent, mode: 0o755 }, from: path });
  }
}

/** dpkg-gencontrol: KiB of each file and link rounded up, one for everything else, the root included. */
export function installedSize(members: Iterable<Member>): number {
  return [...members].reduce((sum, member) => sum + sizeInKiB(member), 0);
}

function sizeInKiB(member: Member): number {
  if (member.type === 'directory') return 1;
  return Math.ceil((member.type === 'file' ? member.size : Buffer.byteLength(member.target)) / 1024);
}
