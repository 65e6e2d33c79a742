import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Signature Version 4 as https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html words it, read back. */

export interface Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
}

/** Milliseconds a client's clock may differ. */
const SKEW = 15 * 60 * 1000;

const FORM = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/** S3's word for what is wrong with the signature. */
export function signatureProblem(request: IncomingMessage, account: Account): string | undefined {
  const [, id, day = '', region, names = '', signature] = FORM.exec(request.headers.authorization ?? '') ?? [];
  if (signature === undefined) return 'AccessDenied';
  if (id !== account.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== account.region) return 'AuthorizationHeaderMalformed';
  if (request.headers['x-amz-security-token'] !== account.sessionToken) return 'InvalidToken';
  const time = `${request.headers['x-amz-date']}`;
  if (!time.startsWith(day) || !(Math.abs(toTime(time) - Date.now()) < SKEW)) return 'RequestTimeTooSkewed';
  const signed = names.split(';');
  if (mustBeSigned(request).some((name) => !signed.includes(name))) return 'AccessDenied';
  const wanted = sign(canonical(request, signed), time, account);
  return wanted === signature ? undefined : 'SignatureDoesNotMatch';
}

function mustBeSigned({ headers }: IncomingMessage): readonly string[] {
  return ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-') || name === 'content-md5')];
}

function canonical({ method, url = '', headers }: IncomingMessage, signed: readonly string[]): string {
  const [path = '', query = ''] = url.split('?');
  const pairs = query.split('&').filter(Boolean).map(encodedPair).sort();
  const lines = signed.map((name) => `${name}:${`${headers[name]}`.trim().replace(/ +/g, ' ')}\n`);
  return [
    method,
    encode(decodeURIComponent(path)).replaceAll('%2F', '/'),
    pairs.join('&'),
    lines.join(''),
    signed.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
}

function encodedPair(pair: string): string {
  const [name = '', value = ''] = pair.split('=').map(decodeURIComponent);
  return `${encode(name)}=${encode(value)}`;
}

function encode(text: string): string {
  return [...Buffer.from(text)].map((byte) => (/[A-Za-z0-9._~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte))).join('');
}

function hex(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function sign(canonicalRequest: string, time: string, { secretAccessKey, region }: Account): string {
  const day = time.slice(0, 8);
  const digest = createHash('sha256').update(canonicalRequest).digest('hex');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>((secret, text) => hmac(secret, text), `AWS4${secretAccessKey}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/s3/aws4_request\n${digest}`).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** `20260102T030405Z` */
function toTime(text: string): number {
  return Date.parse(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
