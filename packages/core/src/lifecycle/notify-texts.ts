import { readFileSync, statSync } from 'node:fs';
import { bodyRefused, titleRefused } from './notify-errors.ts';

/** Titles and bodies as people give them on the command line. */

const MAX_TITLE = 300;
const MAX_BODY = 1024 * 1024;

/** Throws for more than a line. */
export function checkedTitle(title: string): string {
  if (title.trim() === '') throw titleRefused('it is empty');
  if (/\p{Cc}/u.test(title)) throw titleRefused('it holds a line break or another control character');
  if (title.length > MAX_TITLE) throw titleRefused(`it has ${title.length} characters`);
  return title;
}

/** The file's text with line feeds alone. Throws for what is no text. */
export function readBody(file: string): string {
  const text = decoded(file, readBytes(file)).replace(/\r\n?/g, '\n');
  if (text.trim() === '') throw bodyRefused(file, 'it is empty');
  if (/[^\P{Cc}\n\t]/u.test(text)) throw bodyRefused(file, 'it holds control characters');
  return text;
}

function readBytes(file: string): Buffer {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw bodyRefused(file, 'it is no file');
    if (stat.size > MAX_BODY) throw bodyRefused(file, `it has ${stat.size} bytes`);
    return readFileSync(file);
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw bodyRefused(file, error.message, error);
  }
}

function decoded(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw bodyRefused(file, 'it is not UTF-8', error);
  }
}
