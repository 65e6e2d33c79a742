import { z } from 'zod';
import type { HookFunction, HookGroup } from './config.ts';
import { createOptionsKit } from './options-kit.ts';
import type { SecretReference } from './secret.ts';
import { lineText, pathText } from './text-schemas.ts';

/** The section `hooks` as people write it. */

export const HOOK_GROUPS: readonly HookGroup[] = [
  'beforeBuild',
  'build',
  'stage',
  'package',
  'sign',
  'validate',
  'publish',
  'notify',
  'rollback',
  'check',
  'docs',
];

export interface RawHook {
  readonly run?: string | readonly string[] | undefined;
  readonly fn?: HookFunction | undefined;
  readonly when?: 'before' | 'after' | undefined;
  readonly platform?: string | readonly string[] | undefined;
  readonly format?: string | readonly string[] | undefined;
  readonly timeout?: number | undefined;
  readonly env?: Readonly<Record<string, string | SecretReference>> | undefined;
  readonly cwd?: string | undefined;
  readonly optional?: boolean | undefined;
}

export type RawHooks = Readonly<Partial<Record<HookGroup, string | RawHook | readonly (string | RawHook)[] | undefined>>>;

// the kit's other types read the environment; a duration reads nothing
const { duration } = createOptionsKit({ env: {}, root: '.', onValue: () => undefined });

/** What an environment or an argument list can carry: a NUL would end it. */
function carriedText(): z.ZodString {
  return z.string().regex(/^[^\0]*$/, 'it holds a NUL character');
}

const secretReference = z.union([
  z.strictObject({ env: lineText() }),
  z.strictObject({ file: lineText() }),
  z.strictObject({ cmd: z.tuple([lineText()], carriedText()) }),
]);

const hook = z.strictObject({
  run: z
    .union([carriedText(), z.array(carriedText()).min(1, 'the list is empty')])
    .optional()
    .describe('Program and arguments: a list, or a text split on blanks. No shell; values are in the environment'),
  fn: z
    .custom<HookFunction>((value) => typeof value === 'function', 'it is no function')
    .optional()
    .describe('Function of a ts or js configuration, instead of run'),
  when: z.enum(['before', 'after']).optional().describe('Of the step; default before'),
  platform: oneOrMore().describe('Only these platforms: names, operating systems, os/arch, Rust triples or globs'),
  format: oneOrMore().describe('Only these formats: keys, ids under packages, groups'),
  timeout: duration().optional().describe('After this time it is ended, with all it has started: 30s, 5m, 1h; default none'),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_]\w*$/, 'a name of a variable holds letters, digits and _, no digit first'),
      z.union([carriedText(), secretReference]),
    )
    .optional()
    .describe('Variables of its environment: text, or a reference to a secret'),
  cwd: pathText().optional().describe('Folder to run it in, relative to the product; default its root'),
  optional: z.boolean().optional().describe('Its failure is a warning'),
});

function oneOrMore(): z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>> {
  return z.union([lineText(), z.array(lineText()).min(1, 'the list is empty')]).optional();
}

const hookItem = z.union([z.string(), hook]);

export const hooksSchema: z.ZodType<RawHooks> = z
  .strictObject(Object.fromEntries(HOOK_GROUPS.map((group) => [group, z.union([z.string(), hook, z.array(hookItem)]).optional()])))
  .describe('Programs of your own before and after the steps of a release; check and docs are run by check --all');
