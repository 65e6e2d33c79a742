import type { OptionsKit, RegistryDefinition, Secret } from '@provisioning-dist/core';

export interface TagOptions {
  readonly repository: string;
  readonly remote: string;
  readonly tag: string;
  readonly message: string;
  readonly tagger?: string | undefined;
  readonly sign?: string | undefined;
  readonly username: string;
  readonly token?: Secret | undefined;
}

const FIELDS: readonly string[] = ['name', 'version', 'notes'];

export function tagOptions({ z, path, secret }: OptionsKit): ReturnType<RegistryDefinition<TagOptions>['options']> {
  const template = z
    .string()
    .min(1)
    .refine(knowsFields, `a field is not one of ${FIELDS.join(', ')}`);
  return z.strictObject({
    repository: path().prefault('.').describe('Folder in the work tree'),
    remote: z
      .string()
      .regex(/^[^-\s][^\s]*$/, 'it is no name or address of a remote')
      .default('origin')
      .describe('Name or address of the remote'),
    tag: template.default('v{version}').describe('Name of the tag'),
    message: template.default('{name} {version}').describe('Message of the tag; {notes} are the notes of the release'),
    tagger: z
      .string()
      .regex(/^[^<>\p{Cc}]+ <[^<>\s\p{Cc}]+>$/u, 'it does not read Name <mail@example.org>')
      .optional()
      .describe('Name <mail@example.org>; default as git is set up'),
    sign: z.string().min(1).optional().describe('Key under sign: that signs the tag with OpenPGP'),
    username: z
      .string()
      .regex(/^[^:\p{Cc}]+$/u, 'it holds a colon or a control character')
      .default('x-access-token')
      .describe('User of the token'),
    token: secret().optional().describe('Token or password for HTTP; default as git is set up'),
  });
}

function knowsFields(text: string): boolean {
  return [...text.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => FIELDS.includes(name));
}

export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
