import { createHash, type KeyObject } from 'node:crypto';

/** The Sigstore bundle (protobuf-specs, `dev.sigstore.bundle.v1.Bundle` as JSON) of a file. */

export const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

export interface MessageSignature {
  /** sha256 of the file. */
  readonly digest: Buffer;
  readonly signature: Buffer;
}

/** Of a file signed with a key of one's own. */
export function printBundle(key: KeyObject, made: MessageSignature): string {
  const bundle = {
    mediaType: MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: hintOf(key) } },
    messageSignature: messageSignature(made),
  };
  return `${JSON.stringify(bundle)}\n`;
}

export function messageSignature({ digest, signature }: MessageSignature): object {
  return { messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') }, signature: signature.toString('base64') };
}

/** How cosign names a key without a certificate: the digest of its SubjectPublicKeyInfo. */
export function hintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('base64');
}

/** Undefined when it is no bundle with a signature of a file. */
export function parseBundle(bytes: Uint8Array): MessageSignature | undefined {
  const { digest, signature } = fieldsOf(bytes);
  if (typeof digest !== 'string' || typeof signature !== 'string') return undefined;
  return { digest: Buffer.from(digest, 'base64'), signature: Buffer.from(signature, 'base64') };
}

interface Bundle {
  readonly mediaType?: unknown;
  readonly messageSignature?: { readonly messageDigest?: { readonly algorithm?: unknown; readonly digest?: unknown }; readonly signature?: unknown };
}

function fieldsOf(bytes: Uint8Array): { readonly digest?: unknown; readonly signature?: unknown } {
  try {
    const { mediaType, messageSignature } = (JSON.parse(Buffer.from(bytes).toString('utf8')) ?? {}) as Bundle;
    const isOurs = mediaType === MEDIA_TYPE && messageSignature?.messageDigest?.algorithm === 'SHA2_256';
    return isOurs ? { digest: messageSignature.messageDigest?.digest, signature: messageSignature.signature } : {};
  } catch {
    return {};
  }
}
