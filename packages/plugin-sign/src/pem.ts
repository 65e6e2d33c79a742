import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { keyUnusable, noPassphrase, wrongPassphrase } from './errors.ts';

/** What the first block of the text says it is: `PRIVATE KEY`. */
export function pemLabel(text: string): string | undefined {
  return /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/m.exec(text)?.[1];
}

/** The bytes of the first block; undefined when it has none. */
export function pemBytes(text: string): Buffer | undefined {
  const body = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]+?)-----END \1-----/m.exec(text)?.[2];
  return body === undefined ? undefined : Buffer.from(body, 'base64');
}

/** PKCS#8, PKCS#1 or SEC 1. */
export function pemPrivateKey(id: string, text: string, passphrase: string | undefined): KeyObject {
  const label = pemLabel(text);
  if (label === 'PUBLIC KEY' || label === 'CERTIFICATE') throw keyUnusable(id, 'its key is a public one');
  if (label === undefined) throw keyUnusable(id, 'its key is no PEM');
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    throw unreadable(id, text, { passphrase, code: String((error as NodeJS.ErrnoException).code) });
  }
}

/** The library's words may quote what they could not read. */
function unreadable(id: string, text: string, { passphrase, code }: { readonly passphrase: string | undefined; readonly code: string }): Error {
  const isEncrypted = /BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text);
  if (isEncrypted && passphrase === undefined) return noPassphrase(id);
  return isEncrypted ? wrongPassphrase(id) : keyUnusable(id, `its key cannot be read (${code})`);
}

/** Of a public key, or of a certificate. */
export function pemPublicKey(id: string, bytes: Buffer, file: string): KeyObject {
  try {
    return createPublicKey(bytes);
  } catch {
    throw keyUnusable(id, `"${file}" is no public key in PEM`);
  }
}

/** SubjectPublicKeyInfo. */
export function publicPem(key: KeyObject): Buffer {
  return Buffer.from(createPublicHalf(key).export({ format: 'pem', type: 'spki' }));
}

export function createPublicHalf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}
