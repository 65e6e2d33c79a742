import { createHash } from 'node:crypto';
import { defineKey, type KeyDefinition, type KeyJob } from '@provisioning-dist/core';
import { badSignature, day, keyExpired, keyUnusable } from '../errors.ts';
import { algorithmOf, signDigest } from '../raw.ts';
import { expiryFindings, keyFileFindings } from '../secret-key.ts';
import { detachedProblem, signedData } from './cms.ts';
import { type Identity, identity, signerCertificate, validity } from './identity.ts';
import { type X509Options, x509Options } from './options.ts';

type X509Job = KeyJob<X509Options>;

export const x509: KeyDefinition<X509Options> = defineKey({
  options: x509Options,
  preflight: async (job) => [...keyFileFindings(job), ...expiryFindings(job, validity(await usable(job)).to)],
  info: async (job) => {
    const { certificate, key, chain } = await identity(job);
    return {
      id: certificate.fingerprint256.replaceAll(':', ''),
      algorithm: algorithmOf(key) ?? 'unknown',
      expires: validity({ certificate, key, chain }).to,
      publicKey: { ext: 'pem', bytes: Buffer.from(chain.map((each) => each.toString()).join('')) },
    };
  },
  raw: async (job, digest, { hash }) => signDigest((await usable(job)).key, digest, hash),
  cms: async (job, bytes, { detached = true, contentType }) => {
    const digest = createHash('sha256').update(bytes).digest();
    const type = contentType === undefined ? {} : { type: contentType };
    return signedData(await usable(job), { digest, date: job.date, ...type, ...(detached ? {} : { bytes }) });
  },
  detached: {
    suffix: () => '.p7s',
    sign: async (job, file) => signedData(await usable(job), { digest: Buffer.from(file.sha256, 'hex'), date: job.date }),
    verify: async (job, file, signature) => {
      const certificate = await signerCertificate(job);
      if (!certificate) throw keyUnusable(job.id, 'it has no certificate');
      const problem = await detachedProblem(certificate, Buffer.from(file.sha256, 'hex'), signature);
      if (problem !== undefined) throw badSignature(job.id, file.name, problem);
    },
  },
});

/** What signs at a time its certificate does not know convinces nobody. */
async function usable(job: X509Job): Promise<Identity> {
  const found = await identity(job);
  const { from, to } = validity(found);
  if (to <= job.date) throw keyExpired(job.id, to);
  if (from > job.date) throw keyUnusable(job.id, `its certificate is valid from ${day(from)} on, and the release is of ${day(job.date)}`);
  return found;
}
