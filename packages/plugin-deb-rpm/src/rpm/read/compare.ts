import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Distribution, ServiceFiles } from '@provisioning-dist/core';
import { type Source, sha256OfSource } from '@provisioning-dist/payload';
import { ancestors } from '../../common/paths.ts';
import type { PlaceRules } from '../../common/place.ts';
import { serviceEntries } from '../../common/services.ts';
import { installedPath, type Placed, placeEntries } from '../place.ts';
import { error, octal, type Problem } from './findings.ts';
import { isGhost, type ListedFile } from './listed.ts';
import type { Content } from './payload.ts';

/** The files of the package against the distribution it was made from. */
export function compareTrees(
  files: readonly ListedFile[],
  contents: ReadonlyMap<string, Content>,
  { distribution, services, rules }: Expected,
): readonly Problem[] {
  const there = new Map(files.map((file) => [file.path, file]));
  const made = serviceEntries({ services }, (entry) => installedPath(entry, rules)).map((member) => ({
    member,
    role: member.role,
    from: member.path,
  }));
  const placed = [...placeEntries(distribution.entries, rules), ...made].map((each) => ({ each, path: pagePath(each.member.path, there) }));
  const expected = new Set(placed.flatMap(({ path }) => [path, ...ancestors(path)]));
  return [
    ...placed.flatMap(({ each, path }) => differences(each, there.get(path), contents.get(path))),
    ...files
      .filter((file) => !isGhost(file) && !expected.has(file.path))
      .map(({ path }) => error('extra', 'The package has it, the distribution not', path)),
  ];
}

export interface Expected {
  readonly distribution: Distribution;
  readonly services: readonly ServiceFiles[] | undefined;
  readonly rules: PlaceRules;
}

/** A man page is compressed on its way. */
function pagePath(path: string, there: ReadonlyMap<string, ListedFile>): string {
  return !there.has(path) && there.has(`${path}.gz`) ? `${path}.gz` : path;
}

function differences({ member, from }: Placed, found: ListedFile | undefined, content: Content | undefined): readonly Problem[] {
  if (found === undefined) return [error('missing', `The distribution has "${from}", the package not`, member.path)];
  const { path } = found;
  if (found.type !== member.type) return [different(path, 'type', found.type, member.type)];
  if (member.type === 'symlink')
    return [member.target, `${member.target}.gz`].includes(found.target)
      ? []
      : [different(path, 'target', `"${found.target}"`, `"${member.target}"`)];
  const { owner = 'root', group = 'root' } = member;
  return [
    ...(found.mode === member.mode ? [] : [different(path, 'mode', octal(found.mode), octal(member.mode))]),
    ...(found.owner === owner && found.group === group ? [] : [different(path, 'owner', `${found.owner}:${found.group}`, `${owner}:${group}`)]),
    ...(member.type === 'file' ? contentDifference(path, member.source, content) : []),
  ];
}

function contentDifference(path: string, source: Source, content: Content | undefined): readonly Problem[] {
  const expected = sha256OfSource(source);
  if (content === undefined || content.sha256 === expected) return [];
  const page = path.endsWith('.gz') ? unpacked(content) : undefined;
  if (page !== undefined && createHash('sha256').update(page).digest('hex') === expected) return [];
  return [different(path, 'content', content.sha256, expected)];
}

/** Man pages; far larger ones are no pages. */
const PAGE_MAX = 64 * 1024 * 1024;

function unpacked({ head, size }: Content): Uint8Array | undefined {
  if (head.length < size) return undefined;
  try {
    return gunzipSync(head, { maxOutputLength: PAGE_MAX });
  } catch {
    // It is then what it is: other bytes.
    return undefined;
  }
}

function different(path: string, what: string, found: string, expected: string): Problem {
  return error('different', `The ${what} is ${found}, in the distribution ${expected}`, path);
}
