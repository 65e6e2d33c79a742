import type { Verifier } from '@sigstore/verify';
import { keyUnusable } from '../../errors.ts';
import { readPublicKey } from '../../secret-key.ts';
import type { KeylessJob } from './job.ts';

/** Which certificates and logs are believed. */

const verifiers = new WeakMap<object, Promise<Verifier>>();

export function verifierOf(job: KeylessJob): Promise<Verifier> {
  const found = verifiers.get(job.options) ?? newVerifier(job);
  verifiers.set(job.options, found);
  return found;
}

async function newVerifier(job: KeylessJob): Promise<Verifier> {
  const { TrustedRoot, toTrustMaterial, Verifier } = await import('./library.ts');
  const given = await trustedRoot(job);
  try {
    const root = TrustedRoot.fromJSON(given);
    if (root.certificateAuthorities.length === 0 || root.tlogs.length === 0) throw new RangeError('it is empty');
    // instances of one's own may do without a log of certificates
    return new Verifier(toTrustMaterial(root), { ctlogThreshold: Math.min(root.ctlogs.length, 1) });
  } catch {
    throw keyUnusable(job.id, `"${job.options.trustedRoot}" is no trusted root`, '"cosign trusted-root create" writes one');
  }
}

async function trustedRoot({ id, options: { trustedRoot: file } }: KeylessJob): Promise<unknown> {
  if (file === undefined) return (await import('./public-good.ts')).publicGood;
  const text = readPublicKey(id, file, 'trusted root').toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw keyUnusable(id, `"${file}" is no JSON`, '"cosign trusted-root create" writes a trusted root');
  }
}
