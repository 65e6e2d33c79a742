import { createHash } from 'node:crypto';
import type { ReadSource } from '@provisioning-dist/core';
import { INTRO_LENGTH } from '../header.ts';
import { HEADER_SIGNATURE, LEAD_FIELDS, LEAD_LENGTH, LEAD_MAGIC, lead } from '../lead.ts';
import { SIGNATURE_TAG, TAG } from '../tags.ts';
import { error, type Problem, warning } from './findings.ts';
import { type Header, headerLength, parseHeader } from './header.ts';

/** The four parts of a package: where they are, and what they say of each other. */
export interface Parts {
  readonly header: Header;
  readonly signature: Header;
  /** Where the payload begins. */
  readonly payload: number;
}

export interface FoundParts {
  readonly parts?: Parts;
  readonly problems: readonly Problem[];
}

export function partsOf(source: ReadSource): FoundParts {
  const first = Buffer.from(source.read(0, LEAD_LENGTH));
  if (first.length < LEAD_LENGTH || field(first, 'magic') !== LEAD_MAGIC)
    return { problems: [error('lead', 'It is no rpm: its first bytes are others')] };
  const signature = readHeader(source, 'signature header', { at: LEAD_LENGTH, region: SIGNATURE_TAG.region });
  if (signature.header === undefined) return { problems: signature.problems };
  const padding = (8 - (signature.header.length % 8)) % 8;
  const start = LEAD_LENGTH + signature.header.length;
  const main = readHeader(source, 'header', { at: start + padding, region: TAG.region });
  if (main.header === undefined) return { problems: [...signature.problems, ...main.problems] };
  const parts = { signature: signature.header, header: main.header, payload: start + padding + main.header.length };
  const padded = source.read(start, padding).some((byte) => byte !== 0) ? [error('padding', 'The signature header is not followed by zeros')] : [];
  const problems = [...signature.problems, ...padded, ...main.problems, ...leadProblems(first, main.header), ...digestProblems(source, parts)];
  return { parts, problems };
}

function field(bytes: Buffer, name: keyof typeof LEAD_FIELDS): number {
  const { offset, width } = LEAD_FIELDS[name];
  return bytes.readUIntBE(offset, width);
}

function readHeader(source: ReadSource, what: string, { at, region }: { readonly at: number; readonly region: number }) {
  const length = headerLength(source.read(at, INTRO_LENGTH));
  const bytes = length === undefined ? undefined : Buffer.from(source.read(at, length));
  if (bytes === undefined || bytes.length !== length) return { header: undefined, problems: [error('header', `There is no whole ${what} at ${at}`)] };
  return parseHeader(what, region, bytes);
}

function leadProblems(found: Buffer, header: Header): readonly Problem[] {
  if (field(found, 'signatureType') !== HEADER_SIGNATURE) return [error('lead', 'The lead tells of another kind of signature than a header')];
  const [name, version, release] = [TAG.name, TAG.version, TAG.release].map((tag) => header.text(tag));
  const kind = header.has(TAG.sourcePackage) ? 'source' : 'binary';
  const expected = Buffer.from(lead(`${name}-${version}-${release}`, header.text(TAG.arch) ?? '', kind));
  const { offset, width } = LEAD_FIELDS.archnum;
  // For all machines, rpmbuild tells that of its own.
  if (header.text(TAG.arch) === 'noarch') found.copy(expected, offset, offset, offset + width);
  return found.equals(expected) ? [] : [warning('lead', 'The lead does not tell what the header tells')];
}

function digestProblems(source: ReadSource, { header, signature, payload }: Parts): readonly Problem[] {
  const bytes = source.read(payload - header.length, header.length);
  const hash = (name: string): string => createHash(name).update(bytes).digest('hex');
  const size = signature.number(SIGNATURE_TAG.size) ?? signature.number(SIGNATURE_TAG.longSize);
  return [
    ...(signature.text(SIGNATURE_TAG.sha256Header) === hash('sha256')
      ? []
      : [error('header-digest', 'The sha256 of the header is another than the signature header tells')]),
    ...[signature.text(SIGNATURE_TAG.sha1Header)].flatMap((sha1) =>
      sha1 === undefined || sha1 === hash('sha1')
        ? []
        : [error('header-digest', 'The sha1 of the header is another than the signature header tells')],
    ),
    ...(size === source.size - payload + header.length
      ? []
      : [error('size', `Header and payload have ${source.size - payload + header.length} bytes, the signature header tells ${size}`)]),
  ];
}

export function signatureProblems({ signature }: Parts, wanted: string | undefined): readonly Problem[] {
  const signed = signature.has(SIGNATURE_TAG.rsaHeader) || signature.has(SIGNATURE_TAG.dsaHeader);
  return wanted === undefined || signed ? [] : [error('unsigned', `There is no signature, which "sign: ${wanted}" asks for`)];
}
