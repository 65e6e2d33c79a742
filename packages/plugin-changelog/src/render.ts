import type { Change, Release } from '@provisioning-dist/core';
import { breaks, grouped } from './groups.ts';
import type { Links } from './links.ts';
import { markdownLink, markdownText } from './markdown.ts';
import type { ChangelogOptions } from './options.ts';
import { fill } from './template.ts';

export interface RenderInput {
  readonly options: ChangelogOptions;
  readonly release: Pick<Release, 'name' | 'version' | 'date'>;
  readonly links: Links;
  /** Tag before the release. */
  readonly from: string | undefined;
  readonly tag: string;
}

/** The notes as CommonMark. */
export function renderNotes(changes: readonly Change[], input: RenderInput): string {
  const { options } = input;
  const breaking = changes.filter(breaks);
  const groups = grouped(changes, options.groups);
  return [
    ...around(options.header, input),
    ...(breaking.length === 0 ? [] : [heading(options.breaking), list(breaking, (change) => breakingLine(change, input))]),
    ...groups.flatMap(({ title, changes: own }) => [...(title === undefined ? [] : [heading(title)]), list(own, (change) => line(change, input))]),
    ...around(options.footer ?? defaultFooter(input), input),
  ].join('\n\n');
}

function heading(title: string): string {
  return `### ${markdownText(title)}`;
}

function list(changes: readonly Change[], print: (change: Change) => string): string {
  return changes.map((change) => `- ${print(change)}`).join('\n');
}

function breakingLine(change: Change, { links }: RenderInput): string {
  return `${scopeOf(change)}${markdownText(change.breaking ?? change.subject)} (${commitLink(change, links)})`;
}

function line(change: Change, { options, links }: RenderInput): string {
  const { author, references, subject } = change;
  const shown = references.filter((reference) => !subject.includes(reference)).map((reference) => markdownLink(reference, links.issue(reference)));
  const marks = [...shown, commitLink(change, links), ...(options.authors && author !== undefined ? [`by ${markdownText(author)}`] : [])];
  return `${scopeOf(change)}${linked(subject, references, links)} (${marks.join(', ')})`;
}

function scopeOf({ scope }: Change): string {
  return scope === undefined ? '' : `**${markdownText(scope)}:** `;
}

function commitLink({ commit }: Change, links: Links): string {
  return markdownLink(commit.slice(0, 7), links.commit(commit));
}

/** The subject with what it refers to as links. */
function linked(subject: string, references: readonly string[], links: Links): string {
  const [reference, ...others] = references;
  if (reference === undefined) return markdownText(subject);
  const url = subject.includes(reference) ? links.issue(reference) : undefined;
  if (url === undefined || subject.includes('`')) return linked(subject, others, links);
  const at = subject.indexOf(reference);
  const [before, after] = [subject.slice(0, at), subject.slice(at + reference.length)];
  const spaces = [/\s$/.test(before) ? ' ' : '', /^\s/.test(after) ? ' ' : ''];
  return `${linked(before, others, links)}${spaces[0]}${markdownLink(reference, url)}${spaces[1]}${linked(after, others, links)}`;
}

function defaultFooter({ from, tag, links }: RenderInput): string | undefined {
  return from !== undefined && links.compare(from, tag) !== undefined ? 'All changes: {compare}' : undefined;
}

function around(text: string | undefined, { release, from, tag, links }: RenderInput): readonly string[] {
  if (text === undefined) return [];
  const url = from === undefined ? undefined : links.compare(from, tag);
  const compare = from === undefined ? '' : markdownLink(`${from}...${tag}`, url);
  const date = new Date(release.date * 1000).toISOString().slice(0, 10);
  return [fill(text, { name: release.name, version: release.version, tag, previous: from, date, compare }).trim()].filter(Boolean);
}
