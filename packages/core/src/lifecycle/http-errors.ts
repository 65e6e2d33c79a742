import { DistError } from '../errors.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';

/** Of a URL what may be shown: a query may hold a token, a path may be one where the request says so. */
export function shownUrl(url: URL, { confidential = false }: Pick<HttpRequest, 'confidential'> = {}): string {
  return confidential ? url.origin : `${url.origin}${url.pathname}`;
}

/** Characters: of an answer in a message, and of an answer that is looked at. */
const EXCERPT = 300;
const LOOKED_AT = 65_536;

/** Controls, and what has no width or turns the direction of writing: what a server answers must not reach a terminal as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g;

export function httpStatus(method: string, url: string, { status, headers, text }: HttpResponse, redact: (text: string) => string): DistError {
  const said = excerptOf(redact(text().slice(0, LOOKED_AT)));
  const retryAfter = retryAfterOf(headers);
  return new DistError('http-status', `Cannot ${method} ${url}: it answered ${status}${said === '' ? '' : ` (${said})`}`, {
    ...hintFor(status),
    data: { status, url, ...(retryAfter === undefined ? {} : { retryAfter }) },
  });
}

function excerptOf(text: string): string {
  return text.slice(0, EXCERPT).toWellFormed().replace(CONTROLS, ' ').trim();
}

function hintFor(status: number): { readonly hint?: string } {
  if (status === 401) return { hint: 'check the credentials: the server does not know them' };
  return status === 403 ? { hint: 'check what the credentials may do there' } : {};
}

/** RFC 9110 10.2.3, and what GitHub and GitLab say instead; milliseconds. */
export function retryAfterOf(headers: Readonly<Record<string, string>>, now: number = Date.now()): number | undefined {
  const given = headers['retry-after'];
  if (given !== undefined) return /^\d{1,9}$/.test(given) ? Number(given) * 1000 : until(dateOf(given), now);
  if (headers['x-ratelimit-remaining'] !== '0') return undefined;
  return until(Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000, now);
}

/** RFC 9110 5.6.7; the language takes much else for a date. */
function dateOf(text: string): number {
  return /^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}

function until(time: number, now: number): number | undefined {
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

export function httpUnreached(method: string, url: string, cause: unknown): DistError {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new DistError('http-unreached', `Cannot ${method} ${url}: ${text}`, { cause });
}

export function httpFile(name: string, state: string): DistError {
  return new DistError('http-file', `Cannot send "${name}": ${state}`, { hint: 'package the release again' });
}

export function httpTooLarge(url: string, limit: number): DistError {
  return new DistError('http-too-large', `Cannot read ${url}: it is longer than ${limit} bytes`);
}

export function httpBody(url: string, cause: unknown): DistError {
  return new DistError('http-body', `Cannot read ${url}: it is no JSON`, { cause });
}

export function httpScheme(url: string): DistError {
  const shown = excerptOf(url.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'));
  return new DistError('http-scheme', `Cannot ask "${shown}": it is no http or https address`);
}

export function httpDry(method: string, url: string): DistError {
  return new DistError('http-dry', `Cannot ${method} ${url}: a dry run changes nothing`);
}

export function httpPlain(url: string): DistError {
  return new DistError('http-plain', `Cannot send credentials to ${url}: the connection is not encrypted`, { hint: 'use https' });
}

export function httpCrossOrigin(url: URL, next: URL): DistError {
  return new DistError('http-downgrade', `Cannot follow ${shownUrl(url)} to ${shownUrl(next)}: it leads from https to http`);
}
