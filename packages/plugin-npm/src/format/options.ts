import { type FormatDefinition, type OptionsKit, ROLES, type Role } from '@provisioning-dist/core';
import { scopeProblem } from '../package-name.ts';

export interface PackageOptions {
  /** `@acme`; absent = the packages have none. */
  readonly scope?: string | undefined;
  /** Address of the source, for package.json. */
  readonly repository?: string | undefined;
  readonly keywords?: readonly string[] | undefined;
}

export interface PlatformOptions extends PackageOptions {
  readonly roles: readonly Role[];
  /** Deflate level. */
  readonly level?: number | undefined;
}

export interface MainOptions extends PackageOptions {
  /** Commands by name, with the path of their program; absent = every binary by its own name. */
  readonly bin?: Readonly<Record<string, string>> | undefined;
  readonly variant?: string | undefined;
}

type Schema<Options> = ReturnType<FormatDefinition<Options>['options']>;

const ROLES_INSIDE: readonly Role[] = ['binary', 'library', 'license'];

export function platformOptions(kit: OptionsKit): Schema<PlatformOptions> {
  const { z } = kit;
  const roles = z
    .array(z.enum(ROLES))
    .min(1)
    .default([...ROLES_INSIDE]);
  return z.object({
    ...common(kit),
    roles: roles.describe('Roles of what it holds'),
    level: z.int().min(1).max(12).optional().describe('Deflate level, 1 (fast) to 12 (small); default 6'),
  }) as unknown as Schema<PlatformOptions>;
}

export function mainOptions(kit: OptionsKit): Schema<MainOptions> {
  const { z } = kit;
  // What a shell takes as a word and npm as a file name
  const command = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: 'it is no name of a command' });
  const path = z.string().regex(/^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\:*?"<>|]+$/, { error: 'it is no path in a distribution' });
  return z.object({
    ...common(kit),
    bin: z.record(command, path).optional().describe('Commands with the path of their program; default every binary by its name'),
    variant: z.string().min(1).optional().describe('Whose packages it chooses from; default the first'),
  }) as unknown as Schema<MainOptions>;
}

function common({ z }: OptionsKit) {
  return {
    scope: z
      .string()
      .refine((scope) => scopeProblem(scope) === undefined, { error: ({ input }) => scopeProblem(String(input)) ?? '' })
      .optional()
      .describe('Such as @acme'),
    repository: z
      .url({ protocol: /^(?:git\+)?(?:https|ssh)$/ })
      .optional()
      .describe('Address of the source'),
    keywords: z.array(z.string().min(1)).optional(),
  };
}
