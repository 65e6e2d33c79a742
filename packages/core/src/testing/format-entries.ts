import type { Entry, FileEntry, SymlinkEntry } from '../model/entry.ts';

/** Trees as distributions hold them. */

const COMMON = { owner: 'root', group: 'root', role: 'data', component: 'main' } as const;

export function file(path: string, content: string | Uint8Array = '', mode = 0o644): FileEntry {
  const bytes = Buffer.from(content as string);
  return { ...COMMON, type: 'file', path, mode, size: bytes.length, source: { bytes } };
}

export function directory(path: string, mode = 0o755): Entry {
  return { ...COMMON, type: 'directory', path, mode };
}

export function symlink(path: string, target: string): SymlinkEntry {
  return { ...COMMON, type: 'symlink', path, mode: 0o777, target };
}

/** Small and large files, an empty one, an empty folder, a link, and a long name; sorted by the bytes of their paths. */
export function sampleEntries(): readonly Entry[] {
  const text = Array.from({ length: 20_000 }, (_, index) => `line ${(index * index) % 7919}\n`).join('');
  return [
    file('LICENSE', 'MIT\n'),
    directory('bin'),
    { ...file('bin/app', `\x7fELF${text}`, 0o755), role: 'binary' },
    symlink('bin/latest', 'app'),
    directory('empty'),
    directory('share'),
    file('share/empty'),
    file(`share/${'long-name-'.repeat(12)}end`, 'hello\n'),
  ];
}
