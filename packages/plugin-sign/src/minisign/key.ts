import { createPublicKey, sign, verify } from 'node:crypto';
import { defineKey, type KeyDefinition, type KeyJob, type SignedFile } from '@provisioning-dist/core';
import { ed25519Private, ed25519Public } from '../ed25519.ts';
import { badSignature, keyUnusable } from '../errors.ts';
import { hashOfFile, wholeFile } from '../file-bytes.ts';
import { keyFileFindings, readPublicKey } from '../secret-key.ts';
import {
  globallySigned,
  type MinisignPublicKey,
  type MinisignSignature,
  PREHASHED,
  PURE,
  parsePublicKey,
  parseSignature,
  printedNumber,
  printPublicKey,
  printSignature,
} from './format.ts';
import { type MinisignOptions, minisignOptions } from './options.ts';
import { secretKey } from './secret.ts';

type MinisignJob = KeyJob<MinisignOptions>;

export const minisign: KeyDefinition<MinisignOptions> = defineKey({
  options: minisignOptions,
  preflight: async (job) => {
    await checkedSecret(job);
    return keyFileFindings(job);
  },
  info: async (job) => {
    const key = await publicKey(job);
    return { id: printedNumber(key.keyNumber), algorithm: 'ed25519', publicKey: { ext: 'pub', bytes: Buffer.from(printPublicKey(key)) } };
  },
  detached: { suffix: () => '.minisig', sign: signFile, verify: verifyFile },
});

async function signFile(job: MinisignJob, file: SignedFile): Promise<Uint8Array> {
  const { seed, keyNumber } = await checkedSecret(job);
  const key = ed25519Private(seed);
  const algorithm = job.options.legacy ? PURE : PREHASHED;
  const signature = sign(null, await messageOf(job.id, file, algorithm), key);
  // minisign's own words
  const trustedComment = `timestamp:${job.date}\tfile:${file.name}${algorithm === PREHASHED ? '\thashed' : ''}`;
  const global = sign(null, globallySigned({ signature, trustedComment }), key);
  return Buffer.from(printSignature({ algorithm, keyNumber, signature, trustedComment, global }));
}

async function verifyFile(job: MinisignJob, file: SignedFile, bytes: Uint8Array): Promise<void> {
  const { keyNumber, key } = await publicKey(job);
  const parsed = parseSignature(bytes);
  if (!parsed) throw badSignature(job.id, file.name, 'it is no minisign signature');
  if (!parsed.keyNumber.equals(keyNumber)) throw badSignature(job.id, file.name, 'another key made it');
  const open = ed25519Public(key);
  const fits = verify(null, await messageOf(job.id, file, parsed.algorithm), open, parsed.signature);
  if (!fits) throw badSignature(job.id, file.name, 'it does not fit the file');
  if (!verify(null, globallySigned(parsed), open, parsed.global)) throw badSignature(job.id, file.name, 'its trusted comment was changed');
}

async function messageOf(id: string, file: SignedFile, algorithm: MinisignSignature['algorithm']): Promise<Uint8Array> {
  return algorithm === PREHASHED ? hashOfFile(file.path, 'blake2b512') : wholeFile(id, file);
}

/** The public half in the file must be that of its seed: readers know the one, signatures are made with the other. */
async function checkedSecret(job: MinisignJob) {
  const secret = await secretKey(job);
  const own = createPublicKey(ed25519Private(secret.seed));
  if (!own.equals(ed25519Public(secret.publicKey))) throw keyUnusable(job.id, 'its key is damaged');
  if (job.options.publicKey !== undefined && !(await publicKey(job)).key.equals(secret.publicKey))
    throw keyUnusable(job.id, 'its "publicKey" is that of another key');
  return secret;
}

async function publicKey(job: MinisignJob): Promise<MinisignPublicKey> {
  const { publicKey: file } = job.options;
  if (file === undefined) {
    const { keyNumber, publicKey: key } = await secretKey(job);
    return { keyNumber, key };
  }
  const parsed = parsePublicKey(readPublicKey(job.id, file).toString('utf8'));
  if (!parsed) throw keyUnusable(job.id, `"${file}" is no minisign public key`);
  return parsed;
}
