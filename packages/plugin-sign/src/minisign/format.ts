/** Files of minisign: lines of text and base64 of fixed records, little-endian. */

/** `sig_alg`: Ed25519 over the file itself, or over its BLAKE2b-512. */
export const PURE = 'Ed';
export const PREHASHED = 'ED';

export interface MinisignPublicKey {
  /** Eight bytes. */
  readonly keyNumber: Buffer;
  readonly key: Buffer;
}

export interface MinisignSignature {
  readonly algorithm: typeof PURE | typeof PREHASHED;
  readonly keyNumber: Buffer;
  readonly signature: Buffer;
  /** Without `trusted comment: `. */
  readonly trustedComment: string;
  /** Over signature and trusted comment. */
  readonly global: Buffer;
}

const UNTRUSTED = 'untrusted comment: ';
const TRUSTED = 'trusted comment: ';

/** The record below a comment, or alone on a line as people hand public keys on; undefined when it is none of that length. */
export function recordIn(text: string, length: number): Buffer | undefined {
  const lines = text.trim().split(/\r?\n/);
  const line = lines.length === 1 ? lines[0] : lines[0]?.startsWith(UNTRUSTED) ? lines[1] : undefined;
  return base64(line, length);
}

function base64(line: string | undefined, length: number): Buffer | undefined {
  if (line === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(line)) return undefined;
  const bytes = Buffer.from(line, 'base64');
  return bytes.length === length ? bytes : undefined;
}

export function parsePublicKey(text: string): MinisignPublicKey | undefined {
  const record = recordIn(text, 42);
  if (record?.toString('latin1', 0, 2) !== PURE) return undefined;
  return { keyNumber: record.subarray(2, 10), key: record.subarray(10) };
}

export function printPublicKey({ keyNumber, key }: MinisignPublicKey): string {
  const record = Buffer.concat([Buffer.from(PURE), keyNumber, key]).toString('base64');
  return `${UNTRUSTED}minisign public key ${printedNumber(keyNumber)}\n${record}\n`;
}

/** As minisign prints it: a number, its first byte the lowest. */
export function printedNumber(keyNumber: Buffer): string {
  return Buffer.from(keyNumber).reverse().toString('hex').toUpperCase();
}

export function parseSignature(bytes: Uint8Array): MinisignSignature | undefined {
  const [untrusted, first, trusted, second, ...rest] = Buffer.from(bytes).toString('utf8').split(/\r?\n/);
  const record = base64(first, 74);
  const global = base64(second, 64);
  if (!untrusted?.startsWith(UNTRUSTED) || !trusted?.startsWith(TRUSTED) || !record || !global || rest.some((line) => line !== '')) return undefined;
  const algorithm = record.toString('latin1', 0, 2);
  if (algorithm !== PURE && algorithm !== PREHASHED) return undefined;
  const trustedComment = trusted.slice(TRUSTED.length);
  return { algorithm, keyNumber: record.subarray(2, 10), signature: record.subarray(10), trustedComment, global };
}

export function printSignature({ algorithm, keyNumber, signature, trustedComment, global }: MinisignSignature): string {
  const record = Buffer.concat([Buffer.from(algorithm), keyNumber, signature]).toString('base64');
  return `${UNTRUSTED}signature from minisign key ${printedNumber(keyNumber)}\n${record}\n${TRUSTED}${trustedComment}\n${global.toString('base64')}\n`;
}

/** What the second signature of a file is over. */
export function globallySigned({ signature, trustedComment }: Pick<MinisignSignature, 'signature' | 'trustedComment'>): Buffer {
  return Buffer.concat([signature, Buffer.from(trustedComment)]);
}
