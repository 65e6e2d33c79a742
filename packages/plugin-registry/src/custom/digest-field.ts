import type { HttpResponse } from '@provisioning-dist/core';

/** What servers say of the sha256 of an object. */

/** Of repositories that tell it by a header of their own. */
const KNOWN = ['x-checksum-sha256', 'x-amz-meta-sha256', 'x-goog-meta-sha256'];

/** RFC 9530 2 and 3 */
export function digestField(sha256: string): string {
  return `sha-256=:${base64Of(sha256)}:`;
}

export function base64Of(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}

/** Lower-case hex; undefined when no header tells. `named` is asked first. */
export function toldDigest({ headers }: Pick<HttpResponse, 'headers'>, named: string | undefined): string | undefined {
  const own = [...(named === undefined ? [] : [named.toLowerCase()]), ...KNOWN].map((name) => plainDigest(headers[name]));
  const standard = ['repr-digest', 'content-digest', 'digest'].map((name) => fieldDigest(headers[name]));
  return [...own, ...standard].find((digest) => digest !== undefined);
}

/** Some servers name their objects by their digest; an ETag that is another one says nothing. */
export function tagIsDigest({ headers }: Pick<HttpResponse, 'headers'>, sha256: string): boolean {
  return strongTag(headers.etag) === `"${sha256}"` || headers.etag === sha256;
}

/** RFC 9110 8.8.3: a weak one (`W/`) never matches in If-Match. */
export function strongTag(etag: string | undefined): string | undefined {
  return etag?.startsWith('"') ? etag : undefined;
}

/** `sha-256=:BASE64:` (RFC 9530), `SHA-256=BASE64` (RFC 3230), among others. */
function fieldDigest(value = ''): string | undefined {
  const [, base64] = /(?:^|[,\s])sha-256=:?([A-Za-z0-9+/]{43}=):?/i.exec(value) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}

/** Hex or base64, with or without the name of the algorithm. */
function plainDigest(value = ''): string | undefined {
  const text = value.trim().replace(/^"(.*)"$/, '$1');
  const bare = text.replace(/^sha-?256[:=]/i, '');
  if (/^[0-9a-f]{64}$/i.test(bare)) return bare.toLowerCase();
  return fieldDigest(`sha-256=${bare}`) ?? fieldDigest(text);
}
