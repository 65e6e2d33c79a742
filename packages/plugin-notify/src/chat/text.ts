/** Texts as services take them: well-formed, without control characters, and no longer than they may be. */

/** Line feeds and tabs stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

export function clean(text: string): string {
  return text.toWellFormed().replaceAll('\r\n', '\n').replace(CONTROL, '');
}

/** At most `limit` UTF-16 units, which no service counts as less than a character; what was cut shows. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, limit - 1);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}

/** Whole lines within `limit` UTF-16 units, and how many more there are. */
export function lines(all: readonly string[], limit: number): string {
  const kept: string[] = [];
  let length = 0;
  for (const line of all) {
    length += line.length + 1;
    if (length > limit - MORE) break;
    kept.push(line);
  }
  const left = all.length - kept.length;
  return [...kept, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n');
}

/** Room for the last line. */
const MORE = 24;
