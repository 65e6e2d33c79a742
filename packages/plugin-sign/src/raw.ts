import { constants, type KeyObject, privateEncrypt, publicDecrypt, sign, verify } from 'node:crypto';
import type { RawOptions } from '@provisioning-dist/core';

/** Signatures of digests: PKCS#1 v1.5, ECDSA in DER with RFC 6979 nonces, Ed25519 over the digest. All the same bytes every time. */

/** DER of DigestInfo up to the digest, RFC 8017 9.2 note 1. */
const DIGEST_INFO: Readonly<Record<RawOptions['hash'], string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha512: '3051300d060960864801650304020305000440',
};
const LENGTH: Readonly<Record<RawOptions['hash'], number>> = { sha1: 20, sha256: 32, sha512: 64 };

type Hash = RawOptions['hash'];

/** `rsa4096`, `ecdsa-p256`, `ed25519`; undefined for what cannot sign digests here. */
export function algorithmOf(key: KeyObject): string | undefined {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return `rsa${modulusLength}`;
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const curve = key.asymmetricKeyType === 'ec' ? CURVES[namedCurve ?? ''] : undefined;
  return curve && `ecdsa-${curve}`;
}

const CURVES: Readonly<Record<string, 'p256' | 'p384' | 'p521'>> = { prime256v1: 'p256', secp384r1: 'p384', secp521r1: 'p521' };

export async function signDigest(key: KeyObject, digest: Uint8Array, hash: Hash): Promise<Uint8Array> {
  checkLength(digest, hash);
  if (key.asymmetricKeyType === 'rsa') return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(digest, hash));
  if (key.asymmetricKeyType === 'ed25519') return sign(null, digest, key);
  // node:crypto hashes what it signs with ECDSA, and draws its nonces
  const curve = await curveOf(key);
  return curve.sign(digest, scalarOf(key), { prehash: false, lowS: false, format: 'der' });
}

export async function verifyDigest(
  key: KeyObject,
  digest: Uint8Array,
  { hash, signature }: { readonly hash: Hash; readonly signature: Uint8Array },
): Promise<boolean> {
  checkLength(digest, hash);
  try {
    if (key.asymmetricKeyType === 'rsa')
      return digestInfo(digest, hash).equals(publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature));
    if (key.asymmetricKeyType === 'ed25519') return verify(null, digest, key, signature);
    const curve = await curveOf(key);
    return curve.verify(signature, digest, pointOf(key), { prehash: false, lowS: false, format: 'der' });
  } catch {
    return false;
  }
}

function checkLength(digest: Uint8Array, hash: Hash): void {
  if (digest.length !== LENGTH[hash]) throw new RangeError(`Cannot sign a digest of ${digest.length} bytes as ${hash}`);
}

function digestInfo(digest: Uint8Array, hash: Hash): Buffer {
  return Buffer.concat([Buffer.from(DIGEST_INFO[hash], 'hex'), digest]);
}

async function curveOf(key: KeyObject) {
  const curves = await import('@noble/curves/nist.js');
  const name = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (!name) throw new RangeError(`Cannot sign digests with a key of type ${key.asymmetricKeyType}`);
  return curves[name];
}

function scalarOf(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
}

/** Uncompressed, SEC 1 2.3.3. */
function pointOf(key: KeyObject): Uint8Array {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}
