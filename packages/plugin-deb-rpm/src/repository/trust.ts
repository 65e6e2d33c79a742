import type { KeyHandle, Log } from '@provisioning-dist/core';
import type { PublicKey } from 'openpgp';
import { foreignSignature } from './errors.ts';
import { publicKeyText } from './setup.ts';

/** Whether what a repository says of itself was signed by the key that is to sign it again: who can write a place must not get a signature by it. */

export interface Signed {
  /** Its place below the repository's root. */
  readonly key: string;
  /** The text inside of a clear signature, or the bytes a detached one is about. */
  readonly content: Uint8Array;
  /** Clear text, or packets of detached signatures; undefined for a repository without. */
  readonly signature: string | readonly Uint8Array[] | undefined;
}

/** Throws a DistError for what another key signed, or nobody. */
export type Trust = (signed: Signed) => Promise<void>;

export interface Trusting {
  readonly options: { readonly sign: string | false; readonly adopt: boolean };
  readonly key: (id: string) => KeyHandle;
  readonly log: Pick<Log, 'warn'>;
}

/** Undefined where nothing is signed. */
export function trustOf({ options: { sign, adopt }, key, log }: Trusting): Trust | undefined {
  if (sign === false) return undefined;
  return async (signed) => {
    if (signed.signature === undefined)
      return log.warn(`"${signed.key}" has no signature yet: what is listed is taken as it is, and signed from now on`);
    const own = await publicKeyOf(key(sign));
    if (!own || (await isSignedBy(own, signed))) return;
    if (!adopt) throw foreignSignature(signed.key, sign);
    log.warn(`"${signed.key}" is not signed by the key "${sign}": what is listed is taken as it is, as "adopt" says`);
  };
}

/** Half a megabyte of code, loaded by those who sign. */
function openpgp(): Promise<typeof import('openpgp')> {
  return import('openpgp');
}

/** Undefined for a key that tells of no public half, or of one in another form than OpenPGP's. */
async function publicKeyOf(key: KeyHandle): Promise<PublicKey | undefined> {
  const armoredKey = publicKeyText(await key.info());
  if (armoredKey === undefined) return undefined;
  const { readKey } = await openpgp();
  return await readKey({ armoredKey }).catch(() => undefined);
}

async function isSignedBy(own: PublicKey, { content, signature = [] }: Signed): Promise<boolean> {
  if (typeof signature === 'string') return await isClearBy(own, signature, content);
  for (const packet of signature) if (await isDetachedBy(own, packet, content)) return true;
  return false;
}

/** A key may have been given a later end since it signed. */
const CONFIG = { allowInsecureVerificationWithReformattedKeys: true } as const;

async function isClearBy(own: PublicKey, cleartextMessage: string, content: Uint8Array): Promise<boolean> {
  const { readCleartextMessage, verify } = await openpgp();
  try {
    const message = await readCleartextMessage({ cleartextMessage });
    // What is signed must be what we read, which is more than that there is a signature.
    if (lines(message.getText()) !== lines(Buffer.from(content).toString('utf8'))) return false;
    const { signatures } = await verify({ message, verificationKeys: own, config: CONFIG });
    return await isAnyGood(signatures);
  } catch {
    return false;
  }
}

async function isDetachedBy(own: PublicKey, packet: Uint8Array, content: Uint8Array): Promise<boolean> {
  const { createMessage, readSignature, verify } = await openpgp();
  try {
    const signature = await readSignature({ binarySignature: Uint8Array.from(packet) });
    const message = await createMessage({ binary: Uint8Array.from(content) });
    const { signatures } = await verify({ message, signature, verificationKeys: own, config: CONFIG });
    return await isAnyGood(signatures);
  } catch {
    return false;
  }
}

async function isAnyGood(signatures: readonly { readonly verified: Promise<true> }[]): Promise<boolean> {
  const all = await Promise.allSettled(signatures.map(({ verified }) => verified));
  return all.some(({ status }) => status === 'fulfilled');
}

/** RFC 9580 7: blanks at the ends of lines and the last line's end are not signed. */
function lines(text: string): string {
  return text.replace(/[ \t\r]+$/gm, '').replace(/\n$/, '');
}
