import { type Field, numbers, texts } from './header.ts';
import { TAG } from './tags.ts';

export interface ChangelogEntry {
  /** Seconds since 1970 UTC. */
  readonly time: number;
  readonly name: string;
  readonly text: string;
}

const DAY = 86_400;
const MONTHS: readonly string[] = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const HEAD = /^\* (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9]{4}) +(\S.*)$/;

/** rpm tells days only; it keeps them as their noon. */
export function noonOf(seconds: number): number {
  return Math.floor(seconds / DAY) * DAY + DAY / 2;
}

/** The %changelog of a spec file; undefined when it is none. */
export function parseChangelog(written: string): readonly ChangelogEntry[] | undefined {
  const entries = written
    .replaceAll('\r\n', '\n')
    .split(/^(?=\* )/m)
    .filter((part) => part.trim() !== '')
    .map(entryOf);
  return entries.length === 0 || entries.includes(undefined) ? undefined : (entries as ChangelogEntry[]);
}

export function changelogProblem(written: string): string | undefined {
  const entries = parseChangelog(written);
  if (entries === undefined) return 'its entries do not begin with "* Thu Feb 29 2024 Name <mail> - 1.2.3-1"';
  const sorted = entries.every(({ time }, index) => index === 0 || (entries[index - 1]?.time ?? 0) >= time);
  return sorted ? undefined : 'its entries are not in order, the newest first';
}

function entryOf(part: string): ChangelogEntry | undefined {
  const [head = '', ...rest] = part.trimEnd().split('\n');
  const [, month = '', day = '', year = '', name = ''] = HEAD.exec(head) ?? [];
  const time = Date.UTC(Number(year), MONTHS.indexOf(month), Number(day)) / 1000;
  const text = rest.join('\n').trim();
  if (name === '' || text === '' || !MONTHS.includes(month) || new Date(time * 1000).getUTCDate() !== Number(day)) return undefined;
  return { time: noonOf(time), name: name.trimEnd(), text };
}

export function changelogFields(entries: readonly ChangelogEntry[]): readonly Field[] {
  if (entries.length === 0) return [];
  return [
    numbers(
      'int32',
      TAG.changelogTime,
      entries.map(({ time }) => time),
    ),
    texts(
      TAG.changelogName,
      entries.map(({ name }) => name),
    ),
    texts(
      TAG.changelogText,
      entries.map(({ text }) => text),
    ),
  ];
}
