import { type FormatDefinition, type OptionsKit, ROLES, type Role } from '@provisioning-dist/core';
import { pathProblem } from '@provisioning-dist/payload';
import { oneLine } from './text.ts';

/** What both formats let users say in the same words. */

export interface CommonOptions {
  readonly description?: string | undefined;
  readonly maintainer?: string | undefined;
  readonly homepage?: string | undefined;
  readonly license?: readonly string[] | undefined;
  /** Without leading slash. */
  readonly prefix: string;
  readonly paths: Readonly<Partial<Record<Role, string>>>;
  readonly level?: number | undefined;
}

export type Schema<Value> = ReturnType<FormatDefinition<Value>['options']>;
export type Shape = Readonly<Record<string, Schema<unknown>>>;

export function commonShape({ z }: OptionsKit): Shape {
  const line = z.string().transform(oneLine).refine(Boolean, 'it is empty');
  const folder = z
    .string()
    .refine((text) => text === '/' || (text.startsWith('/') && pathProblem(plain(text)) === undefined), 'it is no absolute path')
    .transform((text) => (text === '/' ? '' : plain(text)));
  return {
    description: line.optional().describe("Default the release's"),
    maintainer: line.optional().describe("Name <mail>; default the release's"),
    homepage: line.optional().describe("Default the release's"),
    license: z
      .union([line.transform((text) => [text]), z.array(line)])
      .optional()
      .describe("SPDX expression, or several; default the release's"),
    prefix: folder.prefault('/usr').describe('Folder of bin, lib and share'),
    paths: z.partialRecord(z.enum(ROLES), folder).default({}).describe('Folders by role, instead of the usual ones'),
  };
}

function plain(path: string): string {
  return path.replace(/^\//, '').replace(/\/$/, '');
}

/** Absolute paths of files, without their slash. */
export function filePaths({ z }: OptionsKit, description: string): Schema<readonly string[]> {
  const file = z
    .string()
    .refine((text) => text.startsWith('/') && pathProblem(text.slice(1)) === undefined && oneLine(text) === text, 'it is no absolute path')
    .transform((text) => text.slice(1));
  return z.array(file).default([]).describe(description);
}

/** A list, or text with commas; each item in the usual form that `parse` gives, undefined where it is none. */
export function list({ z }: OptionsKit, parse: (text: string) => string | undefined, description: string): Schema<readonly string[]> {
  return z
    .union([z.string().transform(atCommas), z.array(z.string())])
    .transform((items, context) =>
      items.map((text) => {
        const parsed = parse(text.trim());
        if (parsed === undefined) context.addIssue({ code: 'custom', message: `"${text}" is not allowed here`, input: items });
        return parsed ?? z.NEVER;
      }),
    )
    .prefault([])
    .describe(description) as Schema<readonly string[]>;
}

function atCommas(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
