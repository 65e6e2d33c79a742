import { readFileSync, statSync } from 'node:fs';
import { configEncoding, configSyntax, configTooLarge, configUnreadable } from './errors.ts';

const MAX_BYTES = 1024 * 1024;

const STATES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ELOOP: 'its symbolic links lead in a circle',
};

/** What stands in the way, in words. */
export function fileState(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return STATES[code ?? ''] ?? message;
}

function readBytes(path: string, shown: string): Buffer {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw configUnreadable(shown, 'it is a directory');
    if (!stat.isFile()) throw configUnreadable(shown, 'it is not a regular file');
    if (stat.size > MAX_BYTES) throw configTooLarge({ file: shown, key: '' }, '1 MiB');
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('E')) throw configUnreadable(shown, fileState(error), error);
    throw error;
  }
}

function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) return line;
    start = end + 1;
  }
}

function decode(bytes: Buffer, shown: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw configEncoding({ file: shown, line: 1, key: '' }, 'it is UTF-16');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw configEncoding({ file: shown, line: firstBadLine(bytes), key: '' }, 'it is not UTF-8');
  }
}

function refuseControls(text: string, shown: string): void {
  // YAML 1.2 section 5.1 and RFC 8259 allow tab, line feed and carriage return only
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const index = text.search(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/);
  if (index < 0) return;
  const before = text.slice(0, index).split('\n');
  const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0');
  throw configSyntax(
    { file: shown, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, key: '' },
    `it holds the control character U+${code}`,
  );
}

/** The text of a configuration file: at most 1 MiB of UTF-8 without control characters; a byte order mark is dropped. `shown` is its name in errors. */
export function readText(path: string, shown: string): string {
  const text = decode(readBytes(path, shown), shown);
  refuseControls(text, shown);
  return text;
}
