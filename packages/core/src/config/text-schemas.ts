import { z } from 'zod';

/** The kinds of text that sections of a configuration are made of. */

/** Names go into file names, package names and URLs. Case and `_` are left to the formats: rpm and archives keep them, deb refuses them itself. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]*$/;
const NAME_STATE = 'a name begins with a letter or digit and goes on with letters, digits and + . _ -';

export function nameText(): z.ZodString {
  return z.string().max(100, 'it is longer than 100 characters').regex(NAME, NAME_STATE);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const LINE = /^(?=.*\S)[^\x00-\x1f\x7f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: tab and line feed are left
export const LINES: RegExp = /^(?=[\s\S]*\S)[^\x00-\x08\x0b-\x1f\x7f]*$/;

/** One line for package headers: a line break there would begin another field. */
export function lineText(): z.ZodString {
  return z.string().regex(LINE, 'it is empty or holds a control character');
}

export function pathText(): z.ZodString {
  return lineText();
}

export function names(): z.ZodArray<z.ZodString> {
  return z.array(nameText()).min(1, 'the list is empty');
}

export function globs(): z.ZodArray<z.ZodString> {
  return z.array(pathText());
}

export function selectors(): z.ZodArray<z.ZodString> {
  return z.array(lineText()).min(1, 'the list is empty').describe('Platforms: names, operating systems, os/arch, Rust triples or globs');
}
