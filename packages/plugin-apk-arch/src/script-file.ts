import { readFileSync, statSync } from 'node:fs';
import type { FormatDefinition, OptionsKit } from '@provisioning-dist/core';

type Schema<Value> = ReturnType<FormatDefinition<Value>['options']>;

/** Larger ones are no scripts but a slip. */
const SIZE_MAX = 4 * 1024 * 1024;
const SHELL = /^#! ?(?:\/usr)?\/bin\/(?:sh|ash|bash|dash)(?: -[a-z]+)?$/;

/** A script from a file, or written in the configuration from `#!` on. It is read with the options, so a missing file is known before anything is built. */
export function scriptOption({ z, path }: OptionsKit): Schema<string> {
  return z
    .unknown()
    .meta({ type: 'string', minLength: 1 })
    .transform((raw, context) => {
      const { text, found } = typeof raw === 'string' && raw.startsWith('#!') ? { text: raw } : fileText(path().safeParse(raw));
      const wrong = text === undefined ? found : scriptProblem(text);
      if (text !== undefined && wrong === undefined) return text.endsWith('\n') ? text : `${text}\n`;
      context.addIssue({ code: 'custom', message: `${wrong}`, input: raw });
      return z.NEVER;
    }) as Schema<string>;
}

interface Read {
  readonly text?: string;
  readonly found?: string;
}

function fileText(parsed: { readonly success: boolean; readonly data?: string | undefined }): Read {
  if (!parsed.success || parsed.data === undefined) return { found: 'it is neither a file nor a script that begins with "#!"' };
  try {
    const stat = statSync(parsed.data);
    if (!stat.isFile()) return { found: 'it is no plain file' };
    if (stat.size > SIZE_MAX) return { found: `the file has ${stat.size} bytes, more than ${SIZE_MAX}` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(parsed.data)) };
  } catch (error) {
    return { found: stateOf(error) };
  }
}

function stateOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'the file may not be read';
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'the file is not valid UTF-8' : message;
}

/** Why a text cannot be a script of a package; undefined when it can. */
export function scriptProblem(text: string): string | undefined {
  const [first = ''] = text.split('\n');
  if (text.includes('\r')) return 'it has Windows line ends, with which it cannot be run';
  if (text.includes('\0')) return 'it holds a NUL character';
  return SHELL.test(first) ? undefined : 'its first line does not name a shell, such as #!/bin/sh';
}
