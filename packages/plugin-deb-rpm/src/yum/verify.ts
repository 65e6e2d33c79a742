import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { storageOf } from '../apt/place.ts';
import { issuersOf, keyIdsOf } from '../apt/signer.ts';
import { hasListed } from './change.ts';
import { keyOf, rpmsOf } from './job.ts';
import type { YumOptions } from './options.ts';
import { type Found, SIGNATURE } from './read.ts';
import { REPOMD } from './repomd.ts';
import { publicKeyText } from './setup.ts';
import { armored } from './signature.ts';
import { repositoryOf } from './update.ts';
import { contentDigest } from './upload.ts';

type Job = RegistryJob<YumOptions>;

/** Reads back what clients get: the metadata by its digests, and the release's packages. */
export async function verify(job: Job): Promise<readonly Finding[]> {
  const found = await repositoryOf(job);
  if (found.revision === undefined) return [finding(job, 'yum-missing', `"${REPOMD}" is not there`), ...(await packageFindings(job))];
  return [...listFindings(job, found), ...(await signerFindings(job, found)), ...(await packageFindings(job))];
}

function listFindings(job: Job, { state, signature }: Found): readonly Finding[] {
  const unlisted = rpmsOf(job).filter(({ name, sha256 }) => !hasListed(state, { key: keyOf(job, name), pkgid: sha256 }));
  return [
    ...unlisted.map(({ name }) => finding(job, 'yum-unlisted', `The repository does not list "${name}"`)),
    ...(signature.fits ? [] : [finding(job, 'yum-signature', `"${SIGNATURE}" is not the signature of "${REPOMD}"`)]),
  ];
}

/** A signature of another key is one that users do not trust. */
async function signerFindings(job: Job, { signature: { packets } }: Found): Promise<readonly Finding[]> {
  const { sign } = job.options;
  if (sign === false) return [];
  const ids = keyIdsOf(publicKeyText(await job.key(sign).info()) ?? '');
  const issuers = issuersOf(Buffer.from(armored(packets)).toString('utf8'));
  if (ids.length === 0 || issuers.some((id) => ids.includes(id))) return [];
  return [finding(job, 'yum-signer', `"${SIGNATURE}" is by ${issuers.join(', ') || 'nobody known'}, not by the key "${sign}"`)];
}

async function packageFindings(job: Job): Promise<readonly Finding[]> {
  const storage = await storageOf(job.options);
  const findings: Finding[] = [];
  // One after the other: each is read whole.
  for (const { name, sha256 } of rpmsOf(job)) {
    const key = keyOf(job, name);
    const found = await contentDigest(storage, key, job.signal);
    if (found === undefined) findings.push(finding(job, 'artifact-missing', `"${key}" is not there`));
    else if (found !== sha256) findings.push(finding(job, 'artifact-differs', `"${key}" holds other bytes (sha256 ${found}, not ${sha256})`));
  }
  return findings;
}

function finding({ id }: Job, code: string, message: string): Finding {
  return { level: 'error', code, subject: `publish.${id}`, message, hint: `publish again with --registry ${id}` };
}
