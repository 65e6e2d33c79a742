import type { Release } from '@provisioning-dist/core';
import type { RpmOptions } from './options.ts';

type Texts = Pick<RpmOptions, 'summary' | 'description'>;

/** rpmlint takes longer lines for a mistake. */
const WIDTH = 79;

export function summaryOf({ summary, description }: Texts, release: Pick<Release, 'description'>, name: string): string {
  const [first = ''] = (summary ?? description ?? release.description ?? name).trim().split(/\r?\n/);
  return (
    first
      .trim()
      .replaceAll(/\s+/g, ' ')
      .replace(/(?<=[^.])\.$/, '') || name
  );
}

/** What follows the summary, else the summary again. */
export function descriptionOf(options: Texts, release: Pick<Release, 'description'>, name: string): string {
  const whole = (options.description ?? release.description ?? name).trim().split(/\r?\n/);
  const rest = (options.summary === undefined ? whole.slice(1) : whole).join('\n').trim();
  const shown = rest === '' ? `${summaryOf(options, release, name)}.` : rest;
  return shown.split('\n').flatMap(wrapped).join('\n');
}

/** A line in lines of at most 79 columns, where it has spaces to part it at. */
function wrapped(line: string): readonly string[] {
  if (line.length <= WIDTH) return [line.trimEnd()];
  const lines: string[] = [];
  for (const word of line.trimEnd().split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
