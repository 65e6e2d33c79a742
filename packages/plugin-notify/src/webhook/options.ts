import type { ChannelDefinition, OptionsKit, Secret } from '@provisioning-dist/core';
import { isPrivate } from '../endpoint.ts';

export interface WebhookOptions {
  readonly url: string | Secret;
  readonly method: 'POST' | 'PUT' | 'PATCH';
  /** What the receiver checks the signature with; without it nothing is signed. */
  readonly secret?: Secret | undefined;
  readonly signatureHeader: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  /** Milliseconds without any byte moving. */
  readonly timeout: number;
}

/** RFC 9110 5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What the message, the connection or the signature decides. */
const OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export const webhookOptions: ChannelDefinition<WebhookOptions>['options'] = (kit) =>
  kit.z
    .object({
      url: address(kit).describe('Where it is sent; a secret when knowing it is enough to post'),
      method: kit.z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('HTTP method'),
      secret: kit.secret().optional().describe('Key of the signature: HMAC with SHA-256 over the body'),
      signatureHeader: kit.z.string().refine(isFree, { error: FREE }).default('X-Signature-256').describe('Header of the signature'),
      headers: headers(kit).default({}).describe('Further headers; their values may be secrets'),
      timeout: kit.duration().prefault('30s').describe('Time without any byte moving'),
    })
    .refine(({ headers: given, signatureHeader }) => !has(given, signatureHeader), { error: 'the signature has this header', path: ['headers'] });

const FREE = 'must be a header name that HTTP or the message does not use itself';

function isFree(name: string): boolean {
  return TOKEN.test(name) && !OURS.has(name.toLowerCase());
}

function has(headers: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.keys(headers).some((one) => one.toLowerCase() === name.toLowerCase());
}

function address({ z, secret }: OptionsKit) {
  const literal = z
    .url({ protocol: /^https?$/, error: 'it is no http or https URL' })
    .refine(isPrivateAddress, { error: 'it is sent unencrypted', params: { hint: 'use https' } });
  return z.union([literal, secret()]);
}

/** What is no URL has been found out by then. */
function isPrivateAddress(text: string): boolean {
  const url = URL.parse(text);
  return url === null || isPrivate(url);
}

function headers({ z, secret }: OptionsKit) {
  const value = z.string().refine(isHeaderValue, { error: 'it holds a control character or something beyond Latin-1' });
  return z.record(z.string().refine(isFree, { error: FREE }), z.union([value, secret()]));
}

/** RFC 9110 5.5 */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}
