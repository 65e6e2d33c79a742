import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { findingOf, lossFindings } from '../repository/findings.ts';
import { publicKeyText } from '../repository/setup.ts';
import { issuersOf, keyIdsOf } from '../repository/signer.ts';
import { hasListed } from './change.ts';
import { keyOf, rpmsOf, storedRpms } from './job.ts';
import type { YumOptions } from './options.ts';
import { type Found, SIGNATURE } from './read.ts';
import { REPOMD } from './repomd.ts';
import { armored } from './signature.ts';
import { repositoryOf } from './update.ts';

type Job = RegistryJob<YumOptions>;

/** Reads back what clients get: the metadata by its digests, and the release's packages. */
export async function verify(job: Job): Promise<readonly Finding[]> {
  const found = await repositoryOf(job);
  if (found.revision === undefined) return [findingOf(job, 'yum-missing', `"${REPOMD}" is not there`), ...(await lossFindings(job, storedRpms(job)))];
  return [...listFindings(job, found), ...(await signerFindings(job, found)), ...(await lossFindings(job, storedRpms(job)))];
}

function listFindings(job: Job, { state, signature }: Found): readonly Finding[] {
  const unlisted = rpmsOf(job).filter(({ name, sha256 }) => !hasListed(state, { key: keyOf(job, name), pkgid: sha256 }));
  return [
    ...unlisted.map(({ name }) => findingOf(job, 'yum-unlisted', `The repository does not list "${name}"`)),
    ...(signature.fits ? [] : [findingOf(job, 'yum-signature', `"${SIGNATURE}" is not the signature of "${REPOMD}"`)]),
  ];
}

/** A signature of another key is one that users do not trust. */
async function signerFindings(job: Job, { signature: { packets } }: Found): Promise<readonly Finding[]> {
  const { sign } = job.options;
  if (sign === false) return [];
  const ids = keyIdsOf(publicKeyText(await job.key(sign).info()) ?? '');
  const issuers = issuersOf(Buffer.from(armored(packets)).toString('utf8'));
  if (ids.length === 0 || issuers.some((id) => ids.includes(id))) return [];
  return [findingOf(job, 'yum-signer', `"${SIGNATURE}" is by ${issuers.join(', ') || 'nobody known'}, not by the key "${sign}"`)];
}
