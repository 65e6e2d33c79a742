import { createPrivateKey, type KeyObject } from 'node:crypto';
import { defineKey, type Finding, type KeyDefinition, type KeyInfo, type KeyJob } from '@provisioning-dist/core';
import type { Key, PrivateKey, Subkey } from 'openpgp';
import { keyExpired, keyUnusable } from '../errors.ts';
import { signDigest } from '../raw.ts';
import { expiryFindings, keyFileFindings } from '../secret-key.ts';
import { type GpgOptions, gpgOptions } from './options.ts';
import { programKey, signByProgram, signBytesByProgram } from './program.ts';
import { privateKey, publicKey, type SigningKey } from './read-key.ts';
import { exportPublic, signClear, signDetached, verifyDetached } from './sign.ts';

type GpgJob = KeyJob<GpgOptions>;

export const gpg: KeyDefinition<GpgOptions> = defineKey({
  options: gpgOptions,
  preflight: async (job) => [...keyFileFindings(job), ...(await lookAhead(job))],
  info: async (job) => infoOf(await verifier(job)),
  openpgp: async (job, data, options) => {
    if (job.options.command) return signBytesByProgram(job, data, options);
    const signer = await usable(job);
    if (options.form === 'clear') return signClear(job, signer, data instanceof Uint8Array ? data : Buffer.concat([...data]));
    return signDetached(signer, data, { armor: options.armor === true, digest: job.options.digest });
  },
  raw: async (job, digest, { hash }) => signDigest(await rsaKey(job), digest, hash),
  detached: {
    suffix: ({ armor }) => (armor ? '.asc' : '.sig'),
    sign: async (job, file) => {
      const { armor, digest } = job.options;
      if (job.options.command) return signByProgram(job, file.path, { armor });
      return signDetached(await usable(job), file, { armor, digest });
    },
    verify: async (job, file, signature) => verifyDetached(await verifier(job), signature, { id: job.id, file }),
  },
});

function verifier(job: GpgJob): Promise<SigningKey> {
  return job.options.command ? programKey(job) : publicKey(job);
}

/** Signs something, so that agents, cards and passphrases are known to work. */
async function lookAhead(job: GpgJob): Promise<readonly Finding[]> {
  if (job.options.command) await signBytesByProgram(job, Buffer.from('preflight\n'), {});
  const { expires } = job.options.command ? await programKey(job) : await usable(job);
  if (!job.options.command && job.options.publicKey !== undefined) refuseOther(job, await publicKey(job), await privateKey(job));
  return expiryFindings(job, expires);
}

/** The key at a release's date that is past its expiry may be older than `at`, which only ever moves forward. */
async function usable(job: GpgJob): Promise<SigningKey<PrivateKey>> {
  const signer = await privateKey(job);
  if (signer.expires !== undefined && signer.expires <= job.date) throw keyExpired(job.id, signer.expires);
  return signer;
}

function refuseOther({ id }: GpgJob, open: SigningKey, secret: SigningKey): void {
  if (open.key.getFingerprint() === secret.key.getFingerprint()) return;
  throw keyUnusable(id, 'its "publicKey" is that of another key', 'export it again: gpg --armor --export');
}

function infoOf({ key, part, expires }: SigningKey): KeyInfo {
  return {
    id: key.getFingerprint().toUpperCase(),
    algorithm: nameOf(part),
    ...(expires === undefined ? {} : { expires }),
    publicKey: { ext: 'asc', bytes: exportPublic(key) },
  };
}

function nameOf(part: Key | Subkey): string {
  const { algorithm, bits, curve } = part.getAlgorithmInfo();
  if (bits !== undefined) return `rsa${bits}`;
  return algorithm === 'eddsaLegacy' ? 'ed25519' : `ecdsa-${(curve ?? '').replace(/^nist/, '').toLowerCase()}`;
}

interface RsaParts {
  readonly n: Uint8Array;
  readonly e: Uint8Array;
  readonly d: Uint8Array;
  readonly p: Uint8Array;
  readonly q: Uint8Array;
}

/** An RSA key without its envelope; other algorithms of OpenPGP sign only what is wrapped in it. */
async function rsaKey(job: GpgJob): Promise<KeyObject> {
  if (job.options.command) throw keyUnusable(job.id, 'gpg as a command signs no digests', 'give the key itself under "key", or one of type x509');
  const { part } = await usable(job);
  const packet = part.keyPacket as typeof part.keyPacket & { readonly privateParams: object | null };
  const parts = { ...packet.publicParams, ...packet.privateParams } as RsaParts;
  if (!part.getAlgorithmInfo().algorithm.startsWith('rsa'))
    throw keyUnusable(job.id, `a key of type ${nameOf(part)} signs no digests`, 'use an RSA key');
  return createPrivateKey({ key: jwkOf(parts), format: 'jwk' });
}

function jwkOf({ n, e, d, p, q }: RsaParts) {
  const [bigD, bigP, bigQ] = [d, p, q].map(numberOf) as [bigint, bigint, bigint];
  const numbers = { dp: bigD % (bigP - 1n), dq: bigD % (bigQ - 1n), qi: inverse(bigQ, bigP) };
  const texts = Object.fromEntries(Object.entries({ n, e, d, p, q }).map(([name, bytes]) => [name, base64(bytes)]));
  return { kty: 'RSA', ...texts, ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, base64(bytesOfNumber(value))])) };
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function bytesOfNumber(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [value % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [x, y] = [y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}
