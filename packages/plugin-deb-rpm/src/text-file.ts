import { lstatSync, readFileSync, statSync } from 'node:fs';
import type { FormatDefinition, OptionsKit } from '@provisioning-dist/core';

type Schema<Value> = ReturnType<FormatDefinition<Value>['options']>;

/** Larger ones are no scripts or notes but a slip. */
const SIZE_MAX = 4 * 1024 * 1024;

export interface TextRules {
  /** Whether the text itself, not a file's name, is written. */
  readonly inline: (text: string) => boolean;
  /** Why the text cannot be used; undefined when it can. */
  readonly problem?: (text: string) => string | undefined;
}

/**
 * A text from a file, or written in the configuration. It is read with the options, so that it is part of what an artifact is made from,
 * and a missing file is known before anything is built.
 */
export function textOption({ z, path }: OptionsKit, { inline, problem = () => undefined }: TextRules): Schema<string> {
  const file = path().transform((name, context) => {
    const { text, found } = readText(name);
    const wrong = found ?? (text === undefined ? undefined : problem(text));
    if (text !== undefined && wrong === undefined) return text;
    context.addIssue({ code: 'custom', message: `${wrong}`, input: name });
    return z.NEVER;
  });
  const written = z
    .string()
    .refine(inline)
    .superRefine((text, context) => {
      const wrong = problem(text);
      if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong, input: text });
    });
  return z
    .unknown()
    .meta({ type: 'string', minLength: 1 })
    .transform((raw, context) => {
      const parsed = (typeof raw === 'string' && inline(raw) ? written : file).safeParse(raw);
      if (parsed.success) return parsed.data;
      for (const { message } of parsed.error.issues) context.addIssue({ code: 'custom', message, input: raw });
      return z.NEVER;
    }) as Schema<string>;
}

function readText(file: string): { readonly text?: string; readonly found?: string } {
  try {
    const { size } = regularFile(file);
    if (size > SIZE_MAX) return { found: `the file has ${size} bytes, more than ${SIZE_MAX}` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    return { found: stateOf(error) };
  }
}

function regularFile(file: string): { readonly size: number } {
  const stat = statSync(file);
  if (stat.isFile()) return stat;
  throw new Error(lstatSync(file).isDirectory() ? 'it is a directory' : 'it is no plain file');
}

function stateOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'the file may not be read';
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'the file is not valid UTF-8' : error.message;
}
