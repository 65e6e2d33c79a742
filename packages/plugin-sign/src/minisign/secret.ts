import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyJob } from '@provisioning-dist/core';
import { keyUnusable, noPassphrase, wrongPassphrase } from '../errors.ts';
import { keyText, oncePerOptions } from '../secret-key.ts';
import { PURE, parsePublicKey, recordIn } from './format.ts';
import type { MinisignOptions } from './options.ts';

/** The secret key file: `Ed`, KDF, `B2`, salt, two limits, and key number, key and checksum, those XORed with the KDF's stream. */

const AT = { algorithm: 0, kdf: 2, checksumKind: 4, salt: 6, operations: 38, memory: 46, sealed: 54, end: 158 } as const;
/** Within what is sealed. */
const SEALED = { keyNumber: 0, key: 8, checksum: 72, end: 104 } as const;

export interface MinisignSecretKey {
  readonly keyNumber: Buffer;
  /** 32 bytes, RFC 8032. */
  readonly seed: Buffer;
  readonly publicKey: Buffer;
}

type MinisignJob = KeyJob<MinisignOptions>;

/** Decrypting takes seconds and up to a gigabyte, as minisign wants it. */
export const secretKey: (job: MinisignJob) => Promise<MinisignSecretKey> = oncePerOptions(async (job) => {
  const text = await keyText(job);
  const record = recordIn(text, AT.end);
  if (!record || tag(record, AT.algorithm) !== PURE || tag(record, AT.checksumKind) !== 'B2') throw notOne(job.id, text);
  const sealed = await unsealed(job, record);
  const [keyNumber, key] = [sealed.subarray(SEALED.keyNumber, SEALED.key), sealed.subarray(SEALED.key, SEALED.checksum)];
  // minisign leaves the checksum of a key without password at zero
  const checksum = isEncrypted(record) ? await checksumOf(keyNumber, key) : Buffer.alloc(32);
  if (!sealed.subarray(SEALED.checksum).equals(checksum))
    throw isEncrypted(record) ? wrongPassphrase(job.id) : keyUnusable(job.id, 'its key is damaged');
  return { keyNumber, seed: key.subarray(0, 32), publicKey: key.subarray(32) };
});

async function checksumOf(keyNumber: Buffer, key: Buffer): Promise<Uint8Array> {
  const { blake2b } = await import('@noble/hashes/blake2.js');
  return blake2b(Buffer.concat([Buffer.from(PURE), keyNumber, key]), { dkLen: 32 });
}

function notOne(id: string, text: string): Error {
  if (parsePublicKey(text)) return keyUnusable(id, 'its key is a public one', 'give the file "minisign -G" wrote with -s');
  return keyUnusable(id, 'its key is no minisign secret key', '"minisign -G" writes one');
}

function tag(record: Buffer, at: number): string {
  return record.toString('latin1', at, at + 2);
}

/** Keys without a password have a KDF of two zeros. */
function isEncrypted(record: Buffer): boolean {
  return tag(record, AT.kdf) !== '\0\0';
}

async function unsealed(job: MinisignJob, record: Buffer): Promise<Buffer> {
  const sealed = record.subarray(AT.sealed, AT.end);
  if (!isEncrypted(record)) return sealed;
  if (tag(record, AT.kdf) !== 'Sc') throw keyUnusable(job.id, 'its key is encrypted in a way minisign does not know');
  if (!job.options.passphrase) throw noPassphrase(job.id);
  const stream = await keyStream(job, record);
  return Buffer.from(sealed.map((byte, index) => byte ^ (stream[index] ?? 0)));
}

async function keyStream({ id, options: { passphrase } }: MinisignJob, record: Buffer): Promise<Buffer> {
  const costs = scryptCosts(record.readBigUInt64LE(AT.operations), record.readBigUInt64LE(AT.memory));
  if (!costs) throw keyUnusable(id, 'its key asks for more than a gigabyte of memory to be decrypted');
  const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
  return derive((await passphrase?.reveal()) ?? '', record.subarray(AT.salt, AT.operations), SEALED.end, costs);
}

interface Costs {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly maxmem: number;
}

const MAX_N = 2 ** 20;

/** `pickparams` of libsodium's crypto_pwhash_scryptsalsa208sha256. Undefined beyond what minisign itself ever writes. */
export function scryptCosts(operations: bigint, memory: bigint): Costs | undefined {
  const limit = operations < 32_768n ? 32_768n : operations;
  const r = 8;
  const isShort = limit < memory / 32n;
  const N = Number(powerAbove((isShort ? limit / BigInt(r * 4) : memory / BigInt(r * 128)) / 2n));
  const product = limit / 4n / BigInt(N);
  const p = isShort ? 1 : Number((product > 0x3fffffffn ? 0x3fffffffn : product) / BigInt(r));
  if (N > MAX_N || p < 1 || p > 16) return undefined;
  return { N, r, p, maxmem: 128 * r * (N + p + 2) };
}

/** The first power of two, from two on, that is larger. */
function powerAbove(value: bigint): bigint {
  let power = 2n;
  while (power <= value && power < 2n ** 62n) power *= 2n;
  return power;
}
