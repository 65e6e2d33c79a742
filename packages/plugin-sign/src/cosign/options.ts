import type { KeyDefinition } from '@provisioning-dist/core';
import { type SecretKeyOptions, secretKeyShape, withKeyFile } from '../secret-key.ts';
import { type KeylessOptions, keylessSchema } from './keyless/options.ts';

export interface CosignOptions extends SecretKeyOptions {
  /** Signs as somebody, with a certificate for the moment, instead of with a key. */
  readonly keyless?: KeylessOptions | undefined;
}

export const cosignOptions: KeyDefinition<CosignOptions>['options'] = (kit) =>
  kit.z
    .object({ ...secretKeyShape(kit), keyless: keylessSchema(kit).optional().describe('Signs by an OIDC token, through Fulcio and Rekor') })
    .refine(hasOneKey, { message: 'one of "key", "keyFile" and "keyless" is needed' })
    .refine(({ keyless, publicKey, passphrase }) => !keyless || (publicKey === undefined && passphrase === undefined), {
      message: '"keyless" has neither "publicKey" nor "passphrase"',
    })
    .transform((options) => withKeyFile(options, kit));

function hasOneKey({ key, keyFile, keyless }: CosignOptions): boolean {
  return [key, keyFile, keyless].filter((each) => each !== undefined).length === 1;
}
