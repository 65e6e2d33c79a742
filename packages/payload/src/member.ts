import type { Member } from './part.ts';

/** Longest path or link target in bytes; the width of zip's length field, and far beyond what file systems take. */
const PATH_MAX = 0xffff;
const MODE_MAX = 0o7777;
const BAD_SEGMENT = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Why a path cannot be a member of an archive; undefined when it can. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.startsWith('/')) return 'it is absolute';
  if (BAD_SEGMENT.test(path)) return 'it holds an empty, "." or ".." part';
  return textProblem(path);
}

/** Why a text cannot stand in a header of any container; undefined when it can. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'it holds a NUL character';
  if (!text.isWellFormed()) return 'it is not valid Unicode';
  // One UTF-16 unit is at most three bytes of UTF-8.
  if (text.length * 3 > PATH_MAX && Buffer.byteLength(text) > PATH_MAX) return `it is longer than ${PATH_MAX} bytes`;
  return undefined;
}

/** Throws RangeError for a member no container may hold. `root` allows the empty path of a directory. */
export function checkMember(member: Member, root: boolean): void {
  const problem = root && member.type === 'directory' && member.path === '' ? undefined : pathProblem(member.path);
  if (problem) throw cannotStore(member.path, problem);
  if (!isWithin(member.mode, MODE_MAX)) throw cannotStore(member.path, `its mode ${member.mode} is not between 0 and 0o7777`);
  if (member.type === 'file' && !isWithin(member.size, Number.MAX_SAFE_INTEGER)) throw cannotStore(member.path, `its size is ${member.size}`);
  if (member.type === 'symlink') checkTarget(member.path, member.target);
}

function checkTarget(path: string, target: string): void {
  const problem = target === '' ? 'it is empty' : textProblem(target);
  if (problem) throw cannotStore(path, `its target "${target}" is not allowed: ${problem}`);
}

/** Remembers paths and throws RangeError for one met twice. */
export function refuseDuplicates(): (path: string) => void {
  const seen = new Set<string>();
  return (path) => {
    if (seen.size === seen.add(path).size) throw cannotStore(path, 'another member has this path');
  };
}

export function cannotStore(path: string, found: string): RangeError {
  return new RangeError(`Cannot store ${JSON.stringify(path)} in the archive: ${found}`);
}

export function isWithin(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
