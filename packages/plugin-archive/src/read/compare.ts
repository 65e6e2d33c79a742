import type { Distribution, Entry, Finding } from '@provisioning-dist/core';
import { expectedDigests } from './expected.ts';
import { different, extra, missing, octal } from './findings.ts';
import type { Listed } from './listed.ts';

/** The archive's entries against those of the distribution, by path. */
export function compare(entries: readonly Listed[], distribution: Distribution): readonly Finding[] {
  const expected = new Map(distribution.entries.map((entry) => [entry.path, entry]));
  const there = new Set(entries.map(({ path }) => path));
  const digests = expectedDigests(distribution.entries.filter(({ path }) => there.has(path)));
  return [
    ...distribution.entries.filter(({ path }) => !there.has(path)).map(({ path }) => missing(path)),
    ...entries.flatMap((entry) => {
      const original = expected.get(entry.path);
      return original ? differences(entry, original, digests.get(entry.path), distribution) : [extra(entry.path)];
    }),
  ];
}

function differences(entry: Listed, original: Entry, sha256: string | undefined, { platform }: Distribution): readonly Finding[] {
  const { path } = entry;
  // Windows archives hold a copy in place of a link.
  if (original.type === 'symlink' && entry.type === 'file' && platform?.os === 'windows') return [];
  if (entry.type !== original.type) return [different(path, 'type', entry.type, original.type)];
  if (original.type === 'symlink')
    return entry.target === original.target ? [] : [different(path, 'target', `"${entry.target}"`, `"${original.target}"`)];
  const mode = entry.mode === original.mode ? [] : [different(path, 'mode', octal(entry.mode), octal(original.mode))];
  return original.type === 'file' ? [...mode, ...contentDifferences(entry, original.size, sha256)] : mode;
}

function contentDifferences({ path, content }: Listed, size: number, sha256: string | undefined): readonly Finding[] {
  if (!content) return [];
  if (content.size !== size) return [different(path, 'size', `${content.size}`, `${size}`)];
  return content.sha256 === sha256 ? [] : [different(path, 'content', content.sha256, `${sha256}`)];
}
