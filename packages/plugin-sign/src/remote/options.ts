import type { KeyDefinition, RawOptions, Secret } from '@provisioning-dist/core';

export interface RemoteOptions {
  /** Digests are POSTed there. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: Secret | undefined;
  /** File with the public key or certificate in PEM; what comes back is checked with it. */
  readonly publicKey: string;
  /** Hash of what is signed detached. */
  readonly hash: Exclude<RawOptions['hash'], 'sha1'>;
  /** The server's name for how to sign; default as the public key says: `rsa-pkcs1-sha256`, `ecdsa-sha256`, `ed25519`. */
  readonly algorithm?: string | undefined;
  readonly suffix: string;
}

export const remoteOptions: KeyDefinition<RemoteOptions>['options'] = ({ z, secret, path }) =>
  z.object({
    url: z.url({ protocol: /^https?$/ }).describe('Where digests are sent to be signed'),
    token: secret().optional().describe('Bearer token'),
    publicKey: path().describe('File with the public key or certificate in PEM'),
    hash: z.enum(['sha256', 'sha512']).default('sha256').describe('Hash of the files that are signed'),
    algorithm: z.string().min(1).optional().describe("The server's name for the algorithm"),
    suffix: z
      .string()
      .regex(/^(?:\.[A-Za-z0-9_-]+)+$/, 'it is no suffix such as .sig')
      .default('.sig')
      .describe('Of the names of signatures'),
  });
