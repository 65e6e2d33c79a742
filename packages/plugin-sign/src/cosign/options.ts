import type { KeyDefinition } from '@provisioning-dist/core';
import { type SecretKeyOptions, secretKeyShape, withKeyFile } from '../secret-key.ts';

export type CosignOptions = SecretKeyOptions;

export const cosignOptions: KeyDefinition<CosignOptions>['options'] = (kit) =>
  kit.z
    .object(secretKeyShape(kit))
    .refine(({ key, keyFile }) => (key === undefined) !== (keyFile === undefined), { message: 'one of "key" and "keyFile" is needed' })
    .transform((options) => withKeyFile(options, kit));
