import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import { algorithmOf, signDigest, verifyDigest } from '../raw.ts';
import { der, oid, setOf, TAG, time, type Value, valuesIn } from './der.ts';
import type { Identity } from './identity.ts';

/** SignedData of RFC 5652 with one signer, sha256 and signed attributes; the same bytes every time. */

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsaEncryption: '1.2.840.113549.1.1.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

export interface CmsContent {
  /** sha256 of the content. */
  readonly digest: Uint8Array;
  /** Absent = detached. */
  readonly bytes?: Uint8Array;
  /** Default id-data. */
  readonly type?: string;
  /** Seconds since 1970. */
  readonly date: number;
}

export async function signedData({ key, certificate, chain }: Identity, content: CmsContent): Promise<Buffer> {
  const type = content.type ?? OID.data;
  const attributes = [
    attribute(OID.contentType, oid(type)),
    attribute(OID.signingTime, time(content.date)),
    attribute(OID.messageDigest, der(TAG.octets, content.digest)),
  ];
  // 5.4: what is signed has the tag of a SET, what is written the implicit one
  const signature = await signDigest(key, sha256(setOf(TAG.set, attributes)), 'sha256');
  const signerInfo = der(
    TAG.sequence,
    integer(1),
    issuerAndSerial(certificate),
    sha256Identifier(),
    setOf(0xa0, attributes),
    signatureIdentifier(key),
    der(TAG.octets, signature),
  );
  const inside = content.bytes ? [der(0xa0, der(TAG.octets, content.bytes))] : [];
  return der(
    TAG.sequence,
    oid(OID.signedData),
    der(
      0xa0,
      der(
        TAG.sequence,
        // 5.1: 3 when the content is something else than data
        integer(type === OID.data ? 1 : 3),
        der(TAG.set, sha256Identifier()),
        der(TAG.sequence, oid(type), ...inside),
        setOf(
          0xa0,
          chain.map(({ raw }) => raw),
        ),
        der(TAG.set, signerInfo),
      ),
    ),
  );
}

function integer(value: number): Buffer {
  return der(TAG.integer, Buffer.of(value));
}

function attribute(type: string, value: Uint8Array): Buffer {
  return der(TAG.sequence, oid(type), der(TAG.set, value));
}

function sha256Identifier(): Buffer {
  return der(TAG.sequence, oid(OID.sha256), der(TAG.nil));
}

function signatureIdentifier(key: KeyObject): Buffer {
  if (algorithmOf(key)?.startsWith('rsa')) return der(TAG.sequence, oid(OID.rsaEncryption), der(TAG.nil));
  return der(TAG.sequence, oid(OID.ecdsaWithSha256));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** RFC 5280 4.1: TBSCertificate begins with an optional version, then serial number, algorithm and issuer. */
function issuerAndSerial({ raw }: X509Certificate): Buffer {
  const [tbs] = valuesIn(first(raw).content);
  const fields = valuesIn((tbs as Value).content);
  const [serial, , issuer] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields;
  return der(TAG.sequence, (issuer as Value).whole, (serial as Value).whole);
}

function first(bytes: Buffer): Value {
  const [value] = valuesIn(bytes);
  if (!value) throw new RangeError('Cannot read DER: it is empty');
  return value;
}

/** Why a detached SignedData, written as above, is not the signer's over this digest; undefined when it is. */
export async function detachedProblem(certificate: X509Certificate, digest: Uint8Array, signed: Uint8Array): Promise<string | undefined> {
  const signer = signerOf(Buffer.from(signed));
  if (!signer) return 'it is no CMS signature';
  if (!signer.who.equals(issuerAndSerial(certificate))) return 'another certificate stands in it';
  const attributes = valuesIn(signer.attributes.content);
  const wanted = attribute(OID.messageDigest, der(TAG.octets, digest));
  if (!attributes.some(({ whole }) => whole.equals(wanted))) return 'it is about other bytes';
  const toSign = der(TAG.set, signer.attributes.content);
  const fits = await verifyDigest(certificate.publicKey, sha256(toSign), { hash: 'sha256', signature: signer.signature });
  return fits ? undefined : 'the certificate did not make it';
}

interface Signer {
  readonly who: Buffer;
  readonly attributes: Value;
  readonly signature: Buffer;
}

function signerOf(bytes: Buffer): Signer | undefined {
  try {
    const [type, wrapped] = valuesIn(first(bytes).content);
    if (!type?.whole.equals(oid(OID.signedData)) || !wrapped) return undefined;
    const signers = valuesIn(first(wrapped.content).content).at(-1);
    const [info, ...others] = signers?.tag === TAG.set ? valuesIn(signers.content) : [];
    const [, who, , attributes, , signature] = info && others.length === 0 ? valuesIn(info.content) : [];
    if (!who || attributes?.tag !== 0xa0 || signature?.tag !== TAG.octets) return undefined;
    return { who: who.whole, attributes, signature: signature.content };
  } catch {
    return undefined;
  }
}
