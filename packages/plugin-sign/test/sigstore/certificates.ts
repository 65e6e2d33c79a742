import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { der, oid, TAG, time } from '../../src/x509/der.ts';

/** Certificates as Fulcio issues them (its docs/certificate-specification.md), with a promise of a log of certificates (RFC 6962 3.2). */

export interface Authority {
  readonly name: string;
  readonly key: KeyObject;
  readonly der: Buffer;
}

export interface LeafFacts {
  readonly key: KeyObject;
  /** `https://…` or an address. */
  readonly identity: string;
  readonly issuer: string;
  /** Seconds since 1970. */
  readonly from: number;
  /** Seconds. */
  readonly lifetime: number;
}

export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function spki(key: KeyObject): Buffer {
  return (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'der', type: 'spki' });
}

export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  return parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
}

const DECADE = 10 * 365 * 86_400;

export function newAuthority(name: string, from: number, parent?: Authority): Authority {
  const key = newKey();
  const extensions = [
    extension('2.5.29.15', Buffer.from('03020106', 'hex'), true),
    extension('2.5.29.19', der(TAG.sequence, Buffer.from('0101ff', 'hex')), true),
    extension('2.5.29.14', der(TAG.octets, keyId(key))),
    ...(parent ? [extension('2.5.29.35', der(TAG.sequence, der(0x80, keyId(parent.key))))] : []),
  ];
  const tbs = tbsOf({ key, subject: nameOf(name), issuer: nameOf(parent?.name ?? name), from, until: from + DECADE, extensions });
  return { name, key, der: signed(tbs, (parent ?? { key }).key) };
}

/** `ctlog`: the key of the log of certificates. */
export function leaf(authority: Authority, ctlog: KeyObject, { key, identity, issuer, from, lifetime }: LeafFacts): Buffer {
  const san = der(identity.includes('://') ? 0x86 : 0x81, Buffer.from(identity));
  const extensions = [
    extension('2.5.29.15', Buffer.from('03020780', 'hex'), true),
    extension('2.5.29.37', der(TAG.sequence, oid('1.3.6.1.5.5.7.3.3'))),
    extension('2.5.29.14', der(TAG.octets, keyId(key))),
    extension('2.5.29.35', der(TAG.sequence, der(0x80, keyId(authority.key)))),
    extension('2.5.29.17', der(TAG.sequence, san), true),
    extension('1.3.6.1.4.1.57264.1.1', Buffer.from(issuer)),
    extension('1.3.6.1.4.1.57264.1.8', der(0x0c, Buffer.from(issuer))),
  ];
  const facts = { key, subject: der(TAG.sequence), issuer: nameOf(authority.name), from, until: from + lifetime };
  const promise = promised(tbsOf({ ...facts, extensions }), authority.key, ctlog, from);
  const list = extension('1.3.6.1.4.1.11129.2.4.2', der(TAG.octets, promise));
  return signed(tbsOf({ ...facts, extensions: [...extensions, list] }), authority.key);
}

export function pem(bytes: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

const ECDSA_SHA256 = der(TAG.sequence, oid('1.2.840.10045.4.3.2'));

interface Tbs {
  readonly key: KeyObject;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly from: number;
  readonly until: number;
  readonly extensions: readonly Buffer[];
}

function tbsOf({ key, subject, issuer, from, until, extensions }: Tbs): Buffer {
  const serial = Buffer.concat([Buffer.of(1), keyId(key).subarray(0, 8)]);
  return der(
    TAG.sequence,
    der(0xa0, der(TAG.integer, Buffer.of(2))),
    der(TAG.integer, serial),
    ECDSA_SHA256,
    issuer,
    der(TAG.sequence, time(from), time(until)),
    subject,
    spki(key),
    der(0xa3, der(TAG.sequence, ...extensions)),
  );
}

function signed(tbs: Buffer, key: KeyObject): Buffer {
  return der(TAG.sequence, tbs, ECDSA_SHA256, der(0x03, Buffer.of(0), sign('sha256', tbs, key)));
}

function nameOf(name: string): Buffer {
  return der(TAG.sequence, der(TAG.set, der(TAG.sequence, oid('2.5.4.3'), der(0x0c, Buffer.from(name)))));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [Buffer.from('0101ff', 'hex')] : [];
  return der(TAG.sequence, oid(id), ...critical, der(TAG.octets, value));
}

/** RFC 7093 2: the first 160 bits of SHA-256. */
function keyId(key: KeyObject): Buffer {
  return sha256(spki(key)).subarray(0, 20);
}

/** SignedCertificateTimestampList with one SCT over the certificate without it. */
function promised(tbs: Buffer, authority: KeyObject, ctlog: KeyObject, seconds: number): Buffer {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(seconds) * 1000n);
  const length = Buffer.from([tbs.length >> 16, (tbs.length >> 8) & 0xff, tbs.length & 0xff]);
  const said = Buffer.concat([Buffer.of(0, 0), stamp, Buffer.of(0, 1), sha256(spki(authority)), length, tbs, Buffer.of(0, 0)]);
  const sct = Buffer.concat([Buffer.of(0), sha256(spki(ctlog)), stamp, Buffer.of(0, 0, 4, 3), vector(sign('sha256', said, ctlog))]);
  return vector(vector(sct));
}

function vector(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}
