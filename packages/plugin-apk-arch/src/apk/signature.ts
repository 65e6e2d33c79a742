import { createHash } from 'node:crypto';
import type { KeyHandle, Release } from '@provisioning-dist/core';
import { keyNotRsa, noKeyName } from '../errors.ts';
import { madeFile } from '../made.ts';
import { otherSignature } from './errors.ts';
import type { ApkOptions, SignatureHash } from './options.ts';
import { storedGzip } from './stored-gzip.ts';
import { tarBytes } from './tar-segment.ts';

/** The first segment: an RSA signature (PKCS#1 v1.5) of the control segment as it is in the file. */

const ALGORITHM: Readonly<Record<SignatureHash, string>> = { sha1: 'RSA', sha256: 'RSA256', sha512: 'RSA512' };

export interface Signer {
  /** Of the signature, in bytes, as decimal digits. */
  readonly length: () => Promise<Uint8Array>;
  readonly sign: (control: Uint8Array, expected: number) => Promise<Uint8Array>;
  readonly segment: (signature: Uint8Array, mtime: number) => Buffer;
}

export function signer(key: KeyHandle, options: Pick<ApkOptions, 'keyName' | 'maintainer' | 'hash'>, release: Release): Signer {
  const { hash } = options;
  const path = `.SIGN.${ALGORITHM[hash]}.${keyName(options, release)}`;
  return {
    length: async () => Buffer.from(String(rsaBytes(key.id, (await key.info()).algorithm))),
    sign: async (control, expected) => {
      const signature = await key.raw(createHash(hash).update(control).digest(), { hash });
      if (signature.length !== expected) throw otherSignature(key.id, { length: signature.length, expected });
      return signature;
    },
    segment: (signature, mtime) =>
      storedGzip(tarBytes([madeFile(path, signature)], { bytes: () => signature, facts: unused }, { mtime, end: false })),
  };
}

function unused(): never {
  throw new RangeError('Cannot sign: a signature has no facts');
}

/** `rsa4096` -> 512 */
function rsaBytes(id: string, algorithm: string): number {
  const bits = Number(/^rsa-?(\d+)$/i.exec(algorithm)?.[1] ?? 0);
  if (bits < 1024 || bits > 16_384) throw keyNotRsa(id, algorithm);
  return Math.ceil(bits / 8);
}

function keyName({ keyName: named, maintainer }: Pick<ApkOptions, 'keyName' | 'maintainer'>, release: Release): string {
  const mail = /<([A-Za-z0-9_+][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+)>/.exec(maintainer ?? release.maintainer ?? '')?.[1];
  if (named === undefined && mail === undefined) throw noKeyName();
  return named ?? `${mail}.rsa.pub`;
}
