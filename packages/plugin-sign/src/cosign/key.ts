import { type KeyObject, sign, verify } from 'node:crypto';
import { defineKey, type KeyDefinition, type KeyJob, type SignedFile } from '@provisioning-dist/core';
import { badSignature, keyUnusable } from '../errors.ts';
import { wholeFile } from '../file-bytes.ts';
import { createPublicHalf, pemPublicKey, publicPem } from '../pem.ts';
import { algorithmOf, signDigest, verifyDigest } from '../raw.ts';
import { keyFileFindings, readPublicKey } from '../secret-key.ts';
import { hintOf, parseBundle, printBundle } from './bundle.ts';
import { keylessInfo, keylessJob, preflightKeyless, rawKeyless, signKeyless, verifyKeyless } from './keyless/key.ts';
import { type CosignOptions, cosignOptions } from './options.ts';
import { secretKey } from './secret.ts';

type CosignJob = KeyJob<CosignOptions>;

export const cosign: KeyDefinition<CosignOptions> = defineKey({
  options: cosignOptions,
  preflight: async (job) => {
    const keyless = keylessJob(job);
    if (keyless) return preflightKeyless(keyless);
    const own = createPublicHalf(await secretKey(job));
    if (!(await publicKey(job)).equals(own)) throw keyUnusable(job.id, 'its "publicKey" is that of another key');
    return keyFileFindings(job);
  },
  info: async (job) => {
    const keyless = keylessJob(job);
    if (keyless) return keylessInfo(keyless);
    const key = await publicKey(job);
    return { id: hintOf(key), algorithm: algorithmOf(key) ?? 'unknown', publicKey: { ext: 'pub', bytes: publicPem(key) } };
  },
  raw: async (job, digest, { hash }) => {
    if (job.options.keyless) throw rawKeyless(job.id);
    return signDigest(await secretKey(job), digest, hash);
  },
  detached: { suffix: () => '.cosign.bundle', sign: signFile, verify: verifyFile },
});

async function signFile(job: CosignJob, file: SignedFile): Promise<Uint8Array> {
  const keyless = keylessJob(job);
  if (keyless) return signKeyless(keyless, file);
  const key = await secretKey(job);
  const digest = Buffer.from(file.sha256, 'hex');
  // Ed25519 hashes the message itself, twice
  const signature = key.asymmetricKeyType === 'ed25519' ? sign(null, wholeFile(job.id, file), key) : await signDigest(key, digest, 'sha256');
  return Buffer.from(printBundle(createPublicHalf(key), { digest, signature: Buffer.from(signature) }));
}

async function verifyFile(job: CosignJob, file: SignedFile, bytes: Uint8Array): Promise<void> {
  const keyless = keylessJob(job);
  if (keyless) return verifyKeyless(keyless, file, bytes);
  const bundle = parseBundle(bytes);
  if (!bundle) throw badSignature(job.id, file.name, 'it is no Sigstore bundle');
  if (bundle.digest.toString('hex') !== file.sha256) throw badSignature(job.id, file.name, 'it is about other bytes');
  const key = await publicKey(job);
  const { digest, signature } = bundle;
  const fits =
    key.asymmetricKeyType === 'ed25519'
      ? verify(null, wholeFile(job.id, file), key, signature)
      : await verifyDigest(key, digest, { hash: 'sha256', signature });
  if (!fits) throw badSignature(job.id, file.name, 'it does not fit the file, or another key made it');
}

async function publicKey(job: CosignJob): Promise<KeyObject> {
  const { publicKey: file } = job.options;
  return file === undefined ? createPublicHalf(await secretKey(job)) : pemPublicKey(job.id, readPublicKey(job.id, file), file);
}
