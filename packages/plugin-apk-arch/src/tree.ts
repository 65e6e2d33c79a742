import type { Entry, FileEntry } from '@provisioning-dist/core';
import { type Member, pathProblem } from '@provisioning-dist/payload';
import { badPath, type Format, notAFolder, pathTaken } from './errors.ts';
import { installedPath, movedTarget, type PlaceRules } from './place.ts';

/** One path as it is installed, and the path in the distribution it comes from. */
interface Placed {
  readonly member: Member;
  readonly from: string;
}

/** What is installed: the entries at their places with links that still lead where they led, every parent, by the bytes of their paths. */
export function installedTree(format: Format, entries: readonly Entry[], rules: PlaceRules, services: readonly FileEntry[] = []): readonly Member[] {
  for (const entry of entries) checkEntry(format, entry);
  const placed = [...placeEntries(entries, rules), ...services.map((member): Placed => ({ member, from: member.path }))];
  const byPath = new Map<string, Placed>();
  for (const each of placed) put(format, byPath, each);
  for (const { member } of placed) addParents(format, byPath, member.path);
  const members = [...byPath.values()].map(({ member }) => member).toSorted(byBytes);
  const hidden = members.find(({ path }) => path.startsWith('.'));
  if (hidden !== undefined) throw badPath(format, hidden.path, 'names at the root that begin with "." are the package\'s own');
  return members;
}

/** Both systems keep lists of what is installed, a line for each path, and have files of their own at the root. */
function checkEntry(format: Format, entry: Entry): void {
  const { path } = entry;
  const problem = pathProblem(path);
  if (problem !== undefined) throw badPath(format, path, problem);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  const control = /[\x00-\x1f\x7f]/.test(entry.type === 'symlink' ? path + entry.target : path);
  if (control) throw badPath(format, path, 'its name or target holds a control character');
}

function placeEntries(entries: readonly Entry[], rules: PlaceRules): readonly Placed[] {
  const moved = new Map(entries.map((entry) => [entry.path, installedPath(entry, rules)]));
  return withoutPlainParents(entries).map((entry) => {
    const path = moved.get(entry.path) as string;
    return { member: entry.type === 'symlink' ? { ...entry, path, target: movedTarget(entry, path, moved) } : { ...entry, path }, from: entry.path };
  });
}

/** A folder that says nothing of its own is made again where its content goes. */
function withoutPlainParents(entries: readonly Entry[]): readonly Entry[] {
  const parents = new Set(entries.flatMap(({ path }) => ancestors(path)));
  const plain = ({ path, mode, owner, group }: Entry): boolean => parents.has(path) && mode === 0o755 && owner === 'root' && group === 'root';
  return entries.filter((entry) => entry.type !== 'directory' || !plain(entry));
}

function put(format: Format, byPath: Map<string, Placed>, placed: Placed): void {
  const { path, type } = placed.member;
  const other = byPath.get(path);
  if (other !== undefined && (type !== 'directory' || other.member.type !== 'directory'))
    throw pathTaken(format, path, { first: other.from, second: placed.from });
  if (other === undefined) byPath.set(path, placed);
}

function addParents(format: Format, byPath: Map<string, Placed>, path: string): void {
  for (const parent of ancestors(path)) {
    const there = byPath.get(parent);
    if (there !== undefined && there.member.type !== 'directory') throw notAFolder(format, parent, path);
    if (there === undefined) byPath.set(parent, { member: { type: 'directory', path: parent, mode: 0o755 }, from: path });
  }
}

/** `a/b/c` -> `a`, `a/b` */
export function ancestors(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function byBytes(a: Member, b: Member): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

/** Bytes of all files, as both systems count what a package takes. */
export function installedSize(members: Iterable<Member>): number {
  return [...members].reduce((sum, member) => sum + (member.type === 'file' ? member.size : 0), 0);
}
