import { X509Certificate } from 'node:crypto';
import type { SignedFile } from '@provisioning-dist/core';
import type { SerializedBundle } from '@sigstore/bundle';
import type { Verifier } from '@sigstore/verify';
import { badSignature } from '../../errors.ts';
import { verifyDigest } from '../../raw.ts';
import { parseBundle } from '../bundle.ts';
import { identityPattern } from './identity.ts';
import type { KeylessJob } from './job.ts';
import { verifierOf } from './trust.ts';

/** Everything a bundle says, without the network: signature, identity, certificates and their log, entry, promise and place in Rekor's. */
export async function verifyKeyless(job: KeylessJob, file: SignedFile, bytes: Uint8Array): Promise<void> {
  const { identity, issuer } = job.options;
  const verifier = await verifierOf(job);
  const wrong = (state: string) => badSignature(job.id, file.name, state);
  const message = parseBundle(bytes);
  if (!message) throw wrong('it is no Sigstore bundle');
  if (message.digest.toString('hex') !== file.sha256) throw wrong('it is about other bytes');
  try {
    const entity = await entityOf(bytes);
    verifier.verify(entity, { subjectAlternativeName: identityPattern(identity), extensions: { issuer } });
  } catch (error) {
    throw wrong(shown(error));
  }
}

type Entity = Parameters<Verifier['verify']>[0];

/** The library would read the file whole: our signature is over its digest. */
async function entityOf(bytes: Uint8Array): Promise<Entity> {
  const { bundleFromJSON, toSignedEntity } = await import('./library.ts');
  const bundle = bundleFromJSON(JSON.parse(Buffer.from(bytes).toString('utf8')) as SerializedBundle);
  const { content } = bundle;
  if (content.$case !== 'messageSignature' || bundle.verificationMaterial.content.$case !== 'certificate') throw new RangeError('it is not keyless');
  bundle.verificationMaterial.tlogEntries.forEach(refuseOtherTree);
  const entity = toSignedEntity(bundle);
  const { publicKey } = new X509Certificate(bundle.verificationMaterial.content.certificate.rawBytes);
  const { signature, messageDigest } = content.messageSignature;
  const fits = await verifyDigest(publicKey, messageDigest.digest, { hash: 'sha256', signature });
  return {
    ...entity,
    signature: {
      signature: entity.signature.signature,
      compareSignature: (other) => entity.signature.compareSignature(other),
      compareDigest: (other) => entity.signature.compareDigest(other),
      compareSignedDigest: (other) => entity.signature.compareSignedDigest(other),
      verifySignature: (key) => fits && key.equals(publicKey),
    },
  };
}

/** The library believes the signed checkpoint alone; cosign looks at what stands beside it as well. */
function refuseOtherTree({ inclusionProof }: Entity['tlogEntries'][number]): void {
  if (!inclusionProof) return;
  const { checkpoint, rootHash, treeSize } = inclusionProof;
  const [, size, root] = (checkpoint?.envelope ?? '').split('\n');
  if (size !== treeSize || root !== rootHash.toString('base64')) throw new RangeError('its place in the log is in another tree than the checkpoint');
}

/** A bundle's own texts may stand in the words of the library. */
function shown(error: unknown): string {
  const { message, cause } = error as Error;
  const text = cause instanceof Error ? `${message} (${cause.message})` : message;
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
}
