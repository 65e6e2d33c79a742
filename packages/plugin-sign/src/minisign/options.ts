import type { KeyDefinition } from '@provisioning-dist/core';
import { type SecretKeyOptions, secretKeyShape, withKeyFile } from '../secret-key.ts';

export interface MinisignOptions extends SecretKeyOptions {
  /** Signs the file itself, for readers older than minisign 0.6 and signify. */
  readonly legacy: boolean;
}

export const minisignOptions: KeyDefinition<MinisignOptions>['options'] = (kit) => {
  const { z } = kit;
  return z
    .object({ ...secretKeyShape(kit), legacy: z.boolean().default(false).describe('Sign the file itself instead of its hash, for old readers') })
    .refine(({ key, keyFile }) => (key === undefined) !== (keyFile === undefined), { message: 'one of "key" and "keyFile" is needed' })
    .transform((options) => withKeyFile(options, kit));
};
