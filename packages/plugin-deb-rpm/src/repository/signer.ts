import { createHash } from 'node:crypto';

/** Whose signature it is, by its own words (RFC 9580); whether it is good, clients find out. */

interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

const TAG = { signature: 2, publicKey: 6, publicSubkey: 14 } as const;
const SUBPACKET = { issuer: 16, issuerFingerprint: 33 } as const;

/** Ids (16 hex digits) of the keys that signed. Empty for what is no signature of version 4. */
export function issuersOf(text: string): readonly string[] {
  const signatures = packetsIn(text, 'SIGNATURE').filter(({ tag, body }) => tag === TAG.signature && body[0] === 4);
  return [...new Set(signatures.flatMap(({ body }) => issuerIds(body)))];
}

/** Ids of a public key and its subkeys. Empty for what is no key of version 4. */
export function keyIdsOf(text: string): readonly string[] {
  const keys = packetsIn(text, 'PUBLIC KEY BLOCK').filter(({ tag, body }) => (tag === TAG.publicKey || tag === TAG.publicSubkey) && body[0] === 4);
  return keys.map(({ body }) => keyId(body));
}

/** 5.5.4.2: the end of the SHA-1 over 0x99, the length and the key. */
function keyId(body: Buffer): string {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return createHash('sha1').update(Uint8Array.of(0x99)).update(length).update(body).digest('hex').slice(-16);
}

/** 5.2.3: version, type, two algorithms; then the subpackets that are signed, and those that are not. */
function issuerIds(body: Buffer): readonly string[] {
  const hashed = lengthened(body, 4);
  const unhashed = lengthened(body, 6 + hashed.length);
  return [...subpackets(hashed), ...subpackets(unhashed)].flatMap(({ tag, body: value }) => {
    if (tag === SUBPACKET.issuer && value.length === 8) return [value.toString('hex')];
    return tag === SUBPACKET.issuerFingerprint && value[0] === 4 ? [value.toString('hex').slice(-16)] : [];
  });
}

function lengthened(body: Buffer, at: number): Buffer {
  return at + 2 > body.length ? Buffer.alloc(0) : body.subarray(at + 2, at + 2 + body.readUInt16BE(at));
}

/** 5.2.3.7: lengths as of packets, the type behind them. */
function* subpackets(bytes: Buffer): Generator<Packet, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const { start, length } = lengthAt(bytes, at, 255);
    yield { tag: (bytes[start] ?? 0) & 0x7f, body: bytes.subarray(start + 1, start + length) };
    at = start + Math.max(length, 1);
  }
}

/** 4.2.1: one, two or five octets. */
function lengthAt(bytes: Buffer, at: number, twoOctetsEnd: number): { readonly start: number; readonly length: number } {
  const first = bytes[at] ?? 0;
  if (first < 192) return { start: at + 1, length: first };
  if (first < twoOctetsEnd) return { start: at + 2, length: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 };
  return { start: at + 5, length: at + 5 > bytes.length ? 0 : bytes.readUInt32BE(at + 1) };
}

function packetsIn(text: string, title: string): readonly Packet[] {
  const [, base64 = ''] =
    new RegExp(`-----BEGIN PGP ${title}-----\\r?\\n(?:[A-Za-z]+: .*\\r?\\n)*\\r?\\n([A-Za-z0-9+/=\\s]*?)(?:\\n=[A-Za-z0-9+/]{4})?\\s*-----END`).exec(
      text,
    ) ?? [];
  return [...packets(Buffer.from(base64, 'base64'))];
}

function* packets(bytes: Buffer): Generator<Packet, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    if ((first & 0x80) === 0) return;
    const isNew = (first & 0x40) !== 0;
    const { start, length } = isNew ? lengthAt(bytes, at + 1, 224) : oldLength(bytes, at);
    yield { tag: isNew ? first & 0x3f : (first >> 2) & 0x0f, body: bytes.subarray(start, start + length) };
    at = start + length;
  }
}

/** 4.2.2: one, two or four octets, or up to the end. */
function oldLength(bytes: Buffer, at: number): { readonly start: number; readonly length: number } {
  const octets = [1, 2, 4, 0][(bytes[at] ?? 0) & 3] ?? 0;
  const start = at + 1 + octets;
  if (octets === 0 || start > bytes.length) return { start, length: Math.max(bytes.length - start, 0) };
  return { start, length: bytes.readUIntBE(at + 1, octets) };
}
