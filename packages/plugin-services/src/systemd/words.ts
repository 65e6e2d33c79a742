/** Texts as unit files have them. */

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '%': '%%' };

/** systemd.syntax(7): C-style escapes in double quotes; `%` begins a specifier. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"\n\t%]/g, (char) => ESCAPES[char] as string)}"`;
}

/** A program and its arguments; what nobody could read wrong stands without quotes. */
export function commandLine([program, ...args]: readonly [string, ...string[]]): string {
  return [program, ...args.map(commandWord)].join(' ');
}

/** systemd.service(5): variables stand in command lines only. A quoted `;` is no separator. */
function commandWord(text: string): string {
  return /^[A-Za-z0-9_./:=@,+-]+$/.test(text) ? text : quoted(text).replaceAll('$', '$$$$');
}

/** A path or other text that is taken as it stands. */
export function plain(text: string): string {
  return text.replaceAll('%', '%%');
}

/** systemd.time(7); the smallest unit we know is the millisecond. */
export function timeSpan(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/** Lines of `Key=value`; a value that is not there gives none. */
export function lines(values: readonly (readonly [key: string, value: string | number | undefined])[]): readonly string[] {
  return values.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
}
