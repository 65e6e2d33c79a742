import { createPrivateKey, type KeyObject, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyJob } from '@provisioning-dist/core';
import { keyUnusable, noPassphrase, wrongPassphrase } from '../errors.ts';
import { pemBytes, pemLabel, pemPrivateKey } from '../pem.ts';
import { algorithmOf } from '../raw.ts';
import { keyText, oncePerOptions } from '../secret-key.ts';
import type { CosignOptions } from './options.ts';

/** `cosign.key`: PKCS#8 in a nacl secretbox under scrypt, written as JSON in PEM (go-tuf's "encrypted"); or PKCS#8 as it is. */

type CosignJob = KeyJob<CosignOptions>;

const LABELS: readonly (string | undefined)[] = ['ENCRYPTED SIGSTORE PRIVATE KEY', 'ENCRYPTED COSIGN PRIVATE KEY'];

export const secretKey: (job: CosignJob) => Promise<KeyObject> = oncePerOptions(async (job) => {
  const text = await keyText(job);
  const passphrase = await job.options.passphrase?.reveal();
  const key = LABELS.includes(pemLabel(text)) ? await unboxed(job.id, text, passphrase) : pemPrivateKey(job.id, text, passphrase);
  const algorithm = algorithmOf(key);
  if (algorithm === 'ecdsa-p256' || algorithm === 'ed25519') return key;
  throw keyUnusable(job.id, `its key is of type ${algorithm ?? key.asymmetricKeyType}`, 'use ECDSA P-256 (cosign generate-key-pair) or Ed25519');
});

interface Box {
  readonly kdf: { readonly name: string; readonly params: { readonly N: number; readonly r: number; readonly p: number }; readonly salt: string };
  readonly cipher: { readonly name: string; readonly nonce: string };
  readonly ciphertext: string;
}

async function unboxed(id: string, text: string, passphrase: string | undefined): Promise<KeyObject> {
  const box = parseBox(id, pemBytes(text));
  if (passphrase === undefined) throw noPassphrase(id);
  const { N, r, p } = box.kdf.params;
  const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
  const key = await derive(passphrase, bytesOf(box.kdf.salt), 32, { N, r, p, maxmem: 128 * r * (N + p + 2) });
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  return fromDer(
    id,
    opened(id, () => xsalsa20poly1305(key, bytesOf(box.cipher.nonce)).decrypt(bytesOf(box.ciphertext))),
  );
}

/** A passphrase and a box that do not belong together fail at the box's own checksum. */
function opened(id: string, open: () => Uint8Array): Uint8Array {
  try {
    return open();
  } catch {
    throw wrongPassphrase(id);
  }
}

function fromDer(id: string, der: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } catch {
    throw keyUnusable(id, 'what its key holds is no PKCS#8');
  }
}

function parseBox(id: string, bytes: Buffer | undefined): Box {
  const box = bytes && parseJson(bytes.toString('utf8'));
  if (!isBox(box)) throw keyUnusable(id, 'its key is encrypted in a way cosign does not know', '"cosign generate-key-pair" writes one');
  return box;
}

function parseJson(text: string): Partial<Box> | undefined {
  try {
    return JSON.parse(text) as Partial<Box>;
  } catch {
    return undefined;
  }
}

/** Limits as cosign has them; a file must not make us take all of the memory. */
function isBox(box: Partial<Box> | undefined): box is Box {
  const { N = 0, r = 0, p = 0 } = box?.kdf?.params ?? {};
  const isBounded = [2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17].includes(N) && r === 8 && p === 1;
  const texts = [box?.kdf?.salt, box?.cipher?.nonce, box?.ciphertext];
  const isNamed = box?.kdf?.name === 'scrypt' && box.cipher?.name === 'nacl/secretbox' && texts.every((each) => typeof each === 'string');
  return isBounded && isNamed && bytesOf(box.cipher?.nonce ?? '').length === 24;
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
