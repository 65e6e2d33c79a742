import type { Entry, FormatJob, Platform } from '@provisioning-dist/core';
import type { Member } from '@provisioning-dist/payload';
import { linkLeavesTree, linkNotCopied, pathTooLong } from './errors.ts';
import { linkedPath } from './link.ts';
import type { ArchiveOptions } from './options.ts';

/** Windows programs take paths of 259 characters; this leaves room for the folder people unpack in. */
const WINDOWS_PATH_MAX = 240;
const TOP_MODE = 0o755;

/** What the top folder's name comes from beside the file's. */
export interface Naming {
  readonly ext: string;
  /** What follows the file's name without its extension. */
  readonly suffix?: string;
}

/** What an archive holds: its top folder first, then every entry inside it, in the order of their paths. */
export function* archiveTree(job: FormatJob<ArchiveOptions>, naming: Naming): Generator<Member, void, undefined> {
  const top = topFolder(job, naming);
  for (const path of top ? ancestors(top) : []) yield { type: 'directory', path, mode: TOP_MODE };
  for (const member of portableEntries(job.entries, job.cell.platform)) {
    const path = top ? `${top}/${member.path}` : member.path;
    if (job.cell.platform?.os === 'windows' && path.length > WINDOWS_PATH_MAX) throw pathTooLong(path, WINDOWS_PATH_MAX);
    yield { ...member, path };
  }
}

/** The file's name without its extension, unless the options say otherwise; undefined = none. */
export function topFolder(
  { fileName, options = {} }: { readonly fileName: string; readonly options?: ArchiveOptions | undefined },
  { ext, suffix = '' }: Naming,
): string | undefined {
  if (options.wrap === false) return undefined;
  return options.wrap ?? withoutExtension(fileName, ext) + suffix;
}

export function withoutExtension(fileName: string, ext: string): string {
  return fileName.endsWith(`.${ext}`) ? fileName.slice(0, -ext.length - 1) : fileName;
}

/** `a/b/c` -> `a`, `a/b`, `a/b/c`. */
export function ancestors(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The entries with links that work where they are unpacked: inside the tree, and files in their place on Windows. */
export function* portableEntries(entries: readonly Entry[], platform: Platform | undefined): Generator<Entry, void, undefined> {
  const byPath = platform?.os === 'windows' ? new Map(entries.map((entry) => [entry.path, entry])) : undefined;
  for (const entry of entries) {
    if (entry.type === 'symlink' && linkedPath(entry) === undefined) throw linkLeavesTree(entry);
    yield byPath ? copyInPlaceOfLink(entry, byPath) : entry;
  }
}

/** Explorer unpacks a link as a text file holding its target. */
function copyInPlaceOfLink(entry: Entry, byPath: ReadonlyMap<string, Entry>): Entry {
  if (entry.type !== 'symlink') return entry;
  const seen = new Set<string>();
  let target: Entry | undefined = entry;
  while (target?.type === 'symlink' && !seen.has(target.path)) {
    seen.add(target.path);
    target = byPath.get(linkedPath(target) ?? '');
  }
  if (target?.type !== 'file') throw linkNotCopied(entry);
  return { ...target, path: entry.path, role: entry.role, component: entry.component };
}
