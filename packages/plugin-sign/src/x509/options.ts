import type { KeyDefinition } from '@provisioning-dist/core';
import { type SecretKeyOptions, secretKeyShape, withKeyFile } from '../secret-key.ts';

export interface X509Options extends Omit<SecretKeyOptions, 'publicKey'> {
  /** PEM: the signer's certificate, then those that vouch for it. */
  readonly certificate?: string | undefined;
  /** Certificates and key in one file, PKCS#12. */
  readonly pkcs12?: string | undefined;
}

export const x509Options: KeyDefinition<X509Options>['options'] = (kit) => {
  const { z, path } = kit;
  const { publicKey: _, ...shape } = secretKeyShape(kit);
  return z
    .object({
      ...shape,
      certificate: path().optional().describe("File with the signer's certificate and those that vouch for it, in PEM"),
      pkcs12: path().optional().describe('File with certificates and key (.p12, .pfx), instead of "certificate" and "key"'),
    })
    .refine(isWhole, { message: 'either "pkcs12" or "certificate" with one of "key" and "keyFile" is needed' })
    .transform((options) => withKeyFile(options, kit));
};

function isWhole({ key, keyFile, certificate, pkcs12 }: X509Options): boolean {
  const keys = [key, keyFile].filter((each) => each !== undefined).length;
  return pkcs12 === undefined ? certificate !== undefined && keys === 1 : certificate === undefined && keys === 0;
}
