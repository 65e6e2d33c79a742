import { type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { KeyJob } from '@provisioning-dist/core';
import { keyUnusable } from '../errors.ts';
import { pemPrivateKey } from '../pem.ts';
import { algorithmOf } from '../raw.ts';
import { keyText, oncePerOptions } from '../secret-key.ts';
import type { X509Options } from './options.ts';
import { readPkcs12 } from './pkcs12.ts';

/** A certificate with its private key, and those that vouch for it. */
export interface Identity {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
  /** The signer's first. */
  readonly chain: readonly X509Certificate[];
}

type X509Job = KeyJob<X509Options>;

export const identity: (job: X509Job) => Promise<Identity> = oncePerOptions(async (job) => {
  const { pkcs12, certificate: file } = job.options;
  const { key, certificates } = pkcs12 === undefined ? await fromPem(job, file ?? '') : await fromPkcs12(job, pkcs12);
  const algorithm = algorithmOf(key);
  if (algorithm === undefined || algorithm === 'ed25519')
    throw keyUnusable(job.id, `its key is of type ${key.asymmetricKeyType}`, 'use RSA, or ECDSA on a NIST curve');
  const own = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (!own) throw keyUnusable(job.id, 'none of its certificates is that of its key');
  if (pkcs12 === undefined && own !== certificates[0]) throw keyUnusable(job.id, 'the first of its certificates is not that of its key');
  return { key, certificate: own, chain: [own, ...certificates.filter((certificate) => certificate !== own)] };
});

/** For checking: of a file in PEM it takes no key. */
export async function signerCertificate(job: X509Job): Promise<X509Certificate | undefined> {
  const { certificate: file } = job.options;
  return file === undefined ? (await identity(job)).certificate : certificatesIn(job.id, file)[0];
}

interface Parts {
  readonly key: KeyObject;
  readonly certificates: readonly X509Certificate[];
}

async function fromPem(job: X509Job, file: string): Promise<Parts> {
  return { key: pemPrivateKey(job.id, await keyText(job), await job.options.passphrase?.reveal()), certificates: certificatesIn(job.id, file) };
}

function certificatesIn(id: string, file: string): readonly X509Certificate[] {
  const text = readFile(id, file).toString('utf8');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw keyUnusable(id, `there is no certificate in "${file}"`);
  return blocks.map((block) => parseCertificate(id, file, block));
}

async function fromPkcs12({ id, options }: X509Job, file: string): Promise<Parts> {
  const { key, certificates } = await readPkcs12(id, readFile(id, file), await options.passphrase?.reveal());
  return { key, certificates: certificates.map((der) => parseCertificate(id, file, der)) };
}

function parseCertificate(id: string, file: string, certificate: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch {
    throw keyUnusable(id, `a certificate in "${file}" cannot be read`);
  }
}

const LARGEST = 1024 * 1024;

function readFile(id: string, file: string): Buffer {
  try {
    if (statSync(file).size <= LARGEST) return readFileSync(file);
  } catch (error) {
    throw keyUnusable(id, `"${file}" cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  throw keyUnusable(id, `"${file}" is larger than 1 MiB`);
}

/** Seconds since 1970. */
export function validity({ certificate }: Identity): { readonly from: number; readonly to: number } {
  const seconds = (text: string): number => Math.floor(Date.parse(text) / 1000);
  return { from: seconds(certificate.validFrom), to: seconds(certificate.validTo) };
}
