import { createHash } from 'node:crypto';

/** Detached OpenPGP signatures of one file: which bytes they are about, and several of them in one armour (RFC 9580, 4.2 and 5.2). */

export function armored(packets: readonly Uint8Array[]): Uint8Array {
  const lines =
    Buffer.concat(packets)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN PGP SIGNATURE-----\n\n${lines.join('\n')}\n=${checksum(Buffer.concat(packets))}\n-----END PGP SIGNATURE-----\n`);
}

/** CRC-24 of RFC 4880, 6.1: rpm's own reader wants it. */
function checksum(bytes: Uint8Array): string {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x800000 ? ((crc << 1) ^ 0x1864cfb) & 0xffffff : crc << 1;
  }
  return Buffer.from([crc >> 16, (crc >> 8) & 0xff, crc & 0xff]).toString('base64');
}

/** Whole packets; none where it is no armour of signatures. */
export function signaturesIn(armor: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(armor).toString('latin1').replaceAll('\r', '');
  const [, body] = /^-----BEGIN PGP SIGNATURE-----\n(?:[^\n]+\n)*\n([A-Za-z0-9+/=\n]*?)(?:\n=[A-Za-z0-9+/]{4})?\n-----END/.exec(text) ?? [];
  return body === undefined ? [] : packetsIn(Buffer.from(body, 'base64'));
}

export function packetsIn(bytes: Buffer): readonly Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = packetAt(bytes, at);
    if (!found || found.end > bytes.length) return packets;
    packets.push(bytes.subarray(at, found.end));
    at = found.end;
  }
  return packets;
}

interface Packet {
  readonly tag: number;
  readonly body: number;
  readonly end: number;
}

/** Lengths of the old and the new kind; partial and unknown ones do not stand in signatures. */
function packetAt(bytes: Buffer, at: number): Packet | undefined {
  const [first = 0, one = 0, two = 0] = bytes.subarray(at, at + 3);
  if (first < 0x80) return undefined;
  const isNew = (first & 0x40) !== 0;
  const tag = isNew ? first & 0x3f : (first >> 2) & 0xf;
  const packet = (header: number, length: number): Packet => ({ tag, body: at + header, end: at + header + length });
  if (isNew && one >= 192 && one < 224) return packet(3, ((one - 192) << 8) + two + 192);
  const width = isNew ? newWidth(one) : ([1, 2, 4][first & 3] ?? 0);
  const start = at + 1 + (isNew && width === 4 ? 1 : 0);
  if (width === 0 || start + width > bytes.length) return undefined;
  return packet(start - at + width, bytes.readUIntBE(start, width));
}

function newWidth(first: number): number {
  if (first < 192) return 1;
  return first === 255 ? 4 : 0;
}

/** RFC 9580, 9.5 */
const HASHES: Readonly<Record<number, string>> = { 2: 'sha1', 8: 'sha256', 9: 'sha384', 10: 'sha512', 11: 'sha224' };
const SIGNATURE_PACKET = 2;

/** Whether a signature is about the data, by the two bytes of the digest that stand in it. The key is not asked. */
export function isAbout(signature: Uint8Array, data: Uint8Array): boolean {
  const bytes = Buffer.from(signature);
  const packet = packetAt(bytes, 0);
  if (packet?.tag !== SIGNATURE_PACKET || packet.end > bytes.length) return false;
  const body = bytes.subarray(packet.body, packet.end);
  const hash = HASHES[body[3] ?? 0];
  if (body[0] !== 4 || hash === undefined || body.length < 10) return false;
  const hashed = body.subarray(0, 6 + body.readUInt16BE(4));
  const after = hashed.length + 2 + (hashed.length + 2 <= body.length ? body.readUInt16BE(hashed.length) : 0);
  const trailer = Buffer.alloc(6);
  trailer.writeUInt16BE(0x04ff, 0);
  trailer.writeUInt32BE(hashed.length, 2);
  const digest = createHash(hash).update(data).update(hashed).update(trailer).digest();
  return digest.subarray(0, 2).equals(body.subarray(after, after + 2));
}
