import type { OptionsKit, RegistryDefinition, Secret } from '@provisioning-dist/core';
import validRange from 'semver/ranges/valid.js';
import { scopeProblem } from '../package-name.ts';

export interface NpmOptions {
  readonly url: string;
  readonly token?: Secret | undefined;
  /** Of the packages: their files do not tell where the scope ends. */
  readonly scope?: string | undefined;
  readonly access?: 'public' | 'restricted' | undefined;
  readonly tag?: string | undefined;
}

type Schema = ReturnType<RegistryDefinition<NpmOptions>['options']>;

export function npmOptions({ z, secret }: OptionsKit): Schema {
  return z.object({
    url: z
      .url({ protocol: /^https?$/ })
      .refine((text) => !/[?#@]/.test(text), { error: 'it has a query, a fragment or credentials' })
      .default('https://registry.npmjs.org')
      .describe('Address of the registry'),
    token: secret().optional(),
    scope: z
      .string()
      .refine((scope) => scopeProblem(scope) === undefined, { error: ({ input }) => scopeProblem(String(input)) ?? '' })
      .optional()
      .describe('Such as @acme, as the formats have it'),
    access: z.enum(['public', 'restricted']).optional().describe('Of new packages with a scope; default the registry decides'),
    tag: z
      .string()
      // npm takes no tag that could be a range of versions
      .refine((tag) => /^[a-z0-9][a-z0-9._-]*$/i.test(tag) && validRange(tag) === null, { error: 'it could be a range of versions, or is no word' })
      .optional()
      .describe('Dist-tag that is moved; default latest, for a pre-release its first word'),
  }) as unknown as Schema;
}
