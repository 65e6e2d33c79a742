import type { KeyDefinition, Secret } from '@provisioning-dist/core';

export interface CommandOptions {
  /** Program and arguments; fields {file}, {signature} and {name}. Writes {signature}. */
  readonly sign: readonly [string, ...string[]];
  /** Exits with another code than 0 when {signature} is not one over {file}. */
  readonly verify: readonly [string, ...string[]];
  readonly suffix: string;
  /** Environment of both. */
  readonly env: Readonly<Record<string, Secret>>;
  /** Standard input of `sign`. */
  readonly stdin?: Secret | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  /** File with the public key, for those who check. */
  readonly publicKey?: string | undefined;
}

const FIELD = /\{([^{}]*)\}/g;
const FIELDS: readonly string[] = ['file', 'signature', 'name'];

export const commandOptions: KeyDefinition<CommandOptions>['options'] = ({ z, secret, duration, path }) => {
  const argv = z
    .tuple([z.string().min(1)], z.string())
    .refine((args) => !FIELDS.some((field) => args[0].includes(`{${field}}`)), 'the program itself must be no template')
    .refine((args) => args.every(hasKnownFields), `the fields are {${FIELDS.join('}, {')}}`)
    .refine(
      (args) => ['{file}', '{signature}'].every((field) => args.some((arg) => arg.includes(field))),
      '{file} and {signature} must be among the arguments',
    );
  return z.object({
    sign: argv.describe('Program that writes {signature} over {file}; no shell'),
    verify: argv.describe('Program that fails unless {signature} is right for {file}'),
    suffix: z
      .string()
      .regex(/^(?:\.[A-Za-z0-9_-]+)+$/, 'it is no suffix such as .sig')
      .describe('Of the names of signatures'),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'it is no name of a variable'), secret())
      .default({})
      .describe('Secrets for the environment of both programs'),
    stdin: secret().optional().describe('Secret the program that signs reads'),
    timeout: duration().prefault('5m').describe('For each run of a program'),
    publicKey: path().optional().describe('File with the public key, for those who check'),
  });
};

function hasKnownFields(text: string): boolean {
  return [...text.matchAll(FIELD)].every(([, field]) => FIELDS.includes(field ?? ''));
}

/** Values go in as they are: one with braces is no template again. */
export function filled(argv: readonly [string, ...string[]], values: Readonly<Record<string, string>>): readonly [string, ...string[]] {
  const [program, ...args] = argv;
  return [program, ...args.map((arg) => arg.replace(FIELD, (_, field: string) => values[field] ?? ''))];
}
