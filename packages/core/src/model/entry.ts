import type { Source } from '@provisioning-dist/payload';

/** Why an entry is in the distribution; each format decides by it where the thing goes. */
export type Role = 'binary' | 'library' | 'config' | 'doc' | 'license' | 'man' | 'completion' | 'service' | 'data';

export const ROLES: readonly Role[] = ['binary', 'library', 'config', 'doc', 'license', 'man', 'completion', 'service', 'data'];

interface EntryBase {
  /** Relative to the distribution's root, `/`-separated, no trailing slash. */
  readonly path: string;
  /** Permission bits only (0o7777). */
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly role: Role;
  readonly component: string;
}

export interface FileEntry extends EntryBase {
  readonly type: 'file';
  readonly size: number;
  readonly source: Source;
}

export interface DirectoryEntry extends EntryBase {
  readonly type: 'directory';
}

export interface SymlinkEntry extends EntryBase {
  readonly type: 'symlink';
  /** As stored; relative to the link's directory, or absolute where a rule says so. */
  readonly target: string;
}

/** One path of a distribution. Structurally a payload `Member`. */
export type Entry = FileEntry | DirectoryEntry | SymlinkEntry;
