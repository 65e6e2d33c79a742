import type { SignedFile } from '@provisioning-dist/core';
import { signDigest } from '../../raw.ts';
import { MEDIA_TYPE, messageSignature } from '../bundle.ts';
import { credential } from './fulcio.ts';
import type { KeylessJob } from './job.ts';
import { logged } from './rekor.ts';

/** The Sigstore bundle of a file, with certificate and entry of the log. Another one every time: those who have one keep it. */
export async function signKeyless(job: KeylessJob, { sha256 }: SignedFile): Promise<Uint8Array> {
  const { key, certificate } = await credential(job);
  const digest = Buffer.from(sha256, 'hex');
  const made = { digest, signature: Buffer.from(await signDigest(key, digest, 'sha256')) };
  const bundle = {
    mediaType: MEDIA_TYPE,
    verificationMaterial: {
      certificate: { rawBytes: certificate.raw.toString('base64') },
      tlogEntries: [await logged(job, certificate, made)],
      timestampVerificationData: {},
    },
    messageSignature: messageSignature(made),
  };
  return Buffer.from(`${JSON.stringify(bundle)}\n`);
}
