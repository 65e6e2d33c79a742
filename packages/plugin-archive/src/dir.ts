import { defineFormat, type Entry, type FormatDefinition, type FormatJob, type LayoutMember } from '@provisioning-dist/core';
import { type Content, type Part, SEGMENT_MIN } from '@provisioning-dist/payload';
import { noOptions } from './options.ts';
import { readDirectory } from './read/dir.ts';
import { portableEntries, withoutExtension } from './tree.ts';

const EXT = 'dir';

export const dirFormat: FormatDefinition<Record<string, never>> = defineFormat<Record<string, never>>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  ext: EXT,
  options: noOptions,
  needs: { digests: ['sha256'] },
  name: ({ defaultName }) => withoutExtension(defaultName, EXT),
  layout: members,
  read: readDirectory,
});

function* members(job: FormatJob<Record<string, never>>): Generator<LayoutMember, void, undefined> {
  for (const entry of portableEntries(job.entries, job.cell.platform)) yield layoutMember(entry, job.content);
}

function layoutMember(entry: Entry, content: Content): LayoutMember {
  const { path, mode } = entry;
  if (entry.type === 'directory') return { type: 'directory', path, mode };
  if (entry.type === 'symlink') return { type: 'symlink', path, target: entry.target };
  return { type: 'file', path, mode, parts: fileParts(entry, content) };
}

function* fileParts(entry: Entry & { readonly type: 'file' }, content: Content): Generator<Part, void, unknown> {
  if (entry.size === 0) return;
  if (entry.size < SEGMENT_MIN) yield content.bytes(entry.source);
  else yield { sha256: content.facts(entry.source).digests.sha256 ?? unprepared(entry.path), codec: 'none', length: entry.size };
}

function unprepared(path: string): never {
  throw new RangeError(`Cannot copy "${path}": its sha256 was not prepared`);
}
