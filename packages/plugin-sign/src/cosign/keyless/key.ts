import type { Finding, KeyInfo, KeyJob } from '@provisioning-dist/core';
import { reach } from '../../reach.ts';
import type { CosignOptions } from '../options.ts';
import type { KeylessJob } from './job.ts';
import { checkToken } from './token.ts';
import { verifierOf } from './trust.ts';

export { rawKeyless } from './errors.ts';
export { signKeyless } from './sign.ts';
export { verifyKeyless } from './verify.ts';

/** Undefined for instances with a key of their own. */
export function keylessJob({ id, http, signal, options: { keyless } }: KeyJob<CosignOptions>): KeylessJob | undefined {
  return keyless && { id, http, signal, options: keyless };
}

export async function preflightKeyless(job: KeylessJob): Promise<readonly Finding[]> {
  const { fulcio, rekor } = job.options;
  await Promise.all([
    checkToken(job),
    verifierOf(job),
    reach(job.http, fulcio, { confidential: true }),
    reach(job.http, rekor, { confidential: false }),
  ]);
  return [];
}

/** There is no key people could be told. */
export function keylessInfo({ options: { identity, issuer } }: KeylessJob): KeyInfo {
  return { id: `${identity} of ${issuer}`, algorithm: 'sigstore' };
}
