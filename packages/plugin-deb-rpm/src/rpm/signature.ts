import { createHash } from 'node:crypto';
import { cannotSign } from './errors.ts';
import { binary, encodeHeader, type Field, int32, numbers, text } from './header.ts';
import { SIGNATURE_TAG } from './tags.ts';

/** The header before the header: sizes, digests and the signature of the main header. */

export interface SignatureFacts {
  /** The main header whole. */
  readonly header: Uint8Array;
  /** Bytes of the main header and the compressed payload. */
  readonly size: number;
  /** Bytes of the payload before compression. */
  readonly payloadSize: number;
  /** Whether the sizes may have more than 32 bits; known before they are. */
  readonly large: boolean;
  readonly signature?: { readonly id: string; readonly bytes: Uint8Array } | undefined;
}

/** Room for a signature, whose length is known only when it is made; as much as rpmbuild leaves for rpmsign. */
const ROOM = 4128;

/** The same length for the same `large` and presence of a signature. Padded to what the main header is aligned to. */
export function signatureHeader({ header, size, payloadSize, large, signature }: SignatureFacts): Uint8Array {
  const digest = (name: string): string => createHash(name).update(header).digest('hex');
  const { bytes } = encodeHeader(SIGNATURE_TAG.region, [
    text(SIGNATURE_TAG.sha1Header, digest('sha1')),
    text(SIGNATURE_TAG.sha256Header, digest('sha256')),
    large ? numbers('int64', SIGNATURE_TAG.longSize, [size]) : int32(SIGNATURE_TAG.size, size),
    large ? numbers('int64', SIGNATURE_TAG.longArchiveSize, [payloadSize]) : int32(SIGNATURE_TAG.payloadSize, payloadSize),
    ...(signature === undefined ? [] : signatureFields(signature)),
  ]);
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}

/** Stands for a signature until there is one. */
export const NO_SIGNATURE: Uint8Array = Uint8Array.of(0xc2, 6, 4, 0, 1, 8, 0, 0);

function signatureFields({ id, bytes }: { readonly id: string; readonly bytes: Uint8Array }): readonly Field[] {
  const tag = isRsa(id, bytes) ? SIGNATURE_TAG.rsaHeader : SIGNATURE_TAG.dsaHeader;
  const left = ROOM - bytes.length;
  if (left < 1) throw cannotSign(id, `its signature has ${bytes.length} bytes, more than the ${ROOM - 1} there is room for`);
  return [binary(tag, bytes), binary(SIGNATURE_TAG.reservedSpace, new Uint8Array(left))];
}

/** RFC 9580, 9.1: the numbers of RSA. */
const RSA: readonly number[] = [1, 2, 3];

function isRsa(id: string, packet: Uint8Array): boolean {
  const start = bodyStart(packet);
  const [version, , algorithm = 0] = start === undefined ? [] : packet.subarray(start);
  if (version !== 4) throw cannotSign(id, 'the key made no version 4 signature packet, which is what rpm reads');
  return RSA.includes(algorithm);
}

/** RFC 9580, 4.2: where the body of a signature packet begins; undefined for any other. */
function bodyStart(packet: Uint8Array): number | undefined {
  const [first = 0, length = 0] = packet;
  if ((first & 0xc0) === 0xc0) return (first & 0x3f) === 2 ? 1 + newLengthOctets(length) : undefined;
  if ((first & 0x80) === 0 || ((first >> 2) & 0xf) !== 2) return undefined;
  return [2, 3, 5][first & 3];
}

function newLengthOctets(first: number): number {
  if (first < 192) return 1;
  return first < 224 ? 2 : 5;
}
