import { stripVTControlCharacters, styleText } from 'node:util';

/** What a report needs of a stream; `process.stdout` and test doubles fit. */
export interface TextStream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

// C0 but tab and newline, DEL, C1, and the bidirectional controls that make text read other than it is
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Untrusted text without terminal escapes and control characters; newlines and tabs stay. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n').replace(HARMFUL, '');
}

/** The same on one line, so that it cannot pose as another line of the report. */
export function cleanLine(text: string): string {
  return clean(text).replace(/\s*\n\s*/g, ' ');
}

/** `clean`, with every further line marked as a continuation: CI systems obey lines that begin with their own commands. */
export function cleanBlock(text: string): string {
  return clean(text).trimEnd().replaceAll('\n', '\n  | ');
}

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours for a stream: `NO_COLOR` and `FORCE_COLOR` win, then a terminal that is not dumb. */
export function painter(stream: TextStream, env: NodeJS.ProcessEnv): Paint {
  return hasColours(stream, env) ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

function hasColours(stream: TextStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Whether lines may be drawn over again. */
export function isLive(stream: TextStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !env.CI;
}

/** Cuts plain text to terminal columns. Everything from U+1100 but our bars counts as two: a line may come out short but never wraps. */
export function cut(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += character >= '\u1100' && !/[\u2500-\u259f]/.test(character) ? 2 : 1;
    if (width > columns - 1) return `${kept}…`;
    kept += character;
  }
  return kept;
}

/** `1.5 MB`, in powers of 1000 as download pages show them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 999.95 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

/** `85 ms`, `1.2 s`, `3m 05s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}

/** Columns aligned by two spaces, each row indented by two; cells are cleaned. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(cleanLine));
  const widths: number[] = [];
  for (const row of cells) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return cells.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}
