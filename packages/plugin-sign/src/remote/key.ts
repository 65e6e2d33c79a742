import { createHash, type KeyObject } from 'node:crypto';
import { DistError, defineKey, type KeyDefinition, type KeyJob, type RawOptions, type SignedFile } from '@provisioning-dist/core';
import { badSignature, keyUnusable } from '../errors.ts';
import { hashOfFile } from '../file-bytes.ts';
import { pemPublicKey, publicPem } from '../pem.ts';
import { algorithmOf, verifyDigest } from '../raw.ts';
import { reach } from '../reach.ts';
import { readPublicKey } from '../secret-key.ts';
import { type RemoteOptions, remoteOptions } from './options.ts';

/** A signer elsewhere: it gets a digest and answers with a signature, which is believed only as far as the public key bears it out. */

type RemoteJob = KeyJob<RemoteOptions>;

export const remote: KeyDefinition<RemoteOptions> = defineKey({
  options: remoteOptions,
  preflight: async (job) => {
    nameOf(publicKey(job), job.id);
    await job.options.token?.reveal();
    await reach(job.http, job.options.url, { confidential: job.options.token !== undefined });
    return [];
  },
  info: async (job) => {
    const key = publicKey(job);
    const spki = key.export({ format: 'der', type: 'spki' });
    return { id: createHash('sha256').update(spki).digest('hex'), algorithm: nameOf(key, job.id), publicKey: { ext: 'pem', bytes: publicPem(key) } };
  },
  raw: async (job, digest, { hash }) => {
    const signature = await ask(job, digest, hash);
    if (await verifyDigest(publicKey(job), digest, { hash, signature })) return signature;
    throw refused(job, 'its signature does not fit the digest and the public key');
  },
  detached: {
    suffix: ({ suffix }) => suffix,
    sign: async (job, file) => ask(job, await digestOf(job, file), job.options.hash),
    verify: async (job, file, signature) => {
      const { hash } = job.options;
      const fits = await verifyDigest(publicKey(job), await digestOf(job, file), { hash, signature });
      if (!fits) throw badSignature(job.id, file.name, 'it does not fit the file, or another key made it');
    },
  },
});

function digestOf({ options: { hash } }: RemoteJob, file: SignedFile): Promise<Uint8Array> {
  return hash === 'sha256' ? Promise.resolve(Buffer.from(file.sha256, 'hex')) : hashOfFile(file.path, hash);
}

/** `POST { algorithm, hash, digest }`, base64; the answer is `{ signature }`, base64, or the signature's bytes. */
async function ask(job: RemoteJob, digest: Uint8Array, hash: RawOptions['hash']): Promise<Uint8Array> {
  const { url, token, algorithm = defaultAlgorithm(publicKey(job), hash) } = job.options;
  const response = await job.http(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, application/octet-stream',
      ...(token && { authorization: `Bearer ${await token.reveal()}` }),
    },
    body: JSON.stringify({ algorithm, hash, digest: Buffer.from(digest).toString('base64') }),
    confidential: token !== undefined,
    maxBytes: 64 * 1024,
  });
  const type = response.headers['content-type'] ?? '';
  const signature = type.startsWith('application/json') ? fromJson(response.json()) : response.bytes;
  if (!signature || signature.length === 0) throw refused(job, 'its answer holds no signature');
  return signature;
}

function fromJson(answer: unknown): Uint8Array | undefined {
  const { signature } = (typeof answer === 'object' && answer !== null ? answer : {}) as { readonly signature?: unknown };
  return typeof signature === 'string' ? Buffer.from(signature, 'base64') : undefined;
}

function defaultAlgorithm(key: KeyObject, hash: RawOptions['hash']): string {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  return `${key.asymmetricKeyType === 'rsa' ? 'rsa-pkcs1' : 'ecdsa'}-${hash}`;
}

function publicKey({ id, options }: RemoteJob): KeyObject {
  return pemPublicKey(id, readPublicKey(id, options.publicKey), options.publicKey);
}

function nameOf(key: KeyObject, id: string): string {
  const name = algorithmOf(key);
  if (name === undefined) throw keyUnusable(id, `its public key is of type ${key.asymmetricKeyType}`, 'use RSA, ECDSA on a NIST curve, or Ed25519');
  return name;
}

function refused({ id, options }: RemoteJob, state: string): DistError {
  return new DistError('signer-wrong', `Cannot sign with "${id}": of ${new URL(options.url).host}, ${state}`);
}
