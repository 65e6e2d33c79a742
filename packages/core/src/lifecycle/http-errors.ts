import { DistError } from '../errors.ts';
import type { HttpResponse } from '../http.ts';

/** Of a URL what may be shown: a query may hold a token. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

const EXCERPT = 300;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a server answers must not reach a terminal as it is
const CONTROLS = /[\x00-\x1f\x7f-\x9f]+/g;

export function httpStatus(method: string, url: URL, { status, headers, text }: HttpResponse): DistError {
  const said = text().slice(0, EXCERPT).replace(CONTROLS, ' ').trim();
  const retryAfter = retryAfterOf(headers);
  return new DistError('http-status', `Cannot ${method} ${shown(url)}: it answered ${status}${said === '' ? '' : ` (${said})`}`, {
    ...hintFor(status),
    data: { status, url: shown(url), ...(retryAfter === undefined ? {} : { retryAfter }) },
  });
}

function hintFor(status: number): { readonly hint?: string } {
  if (status === 401) return { hint: 'check the credentials: the server does not know them' };
  return status === 403 ? { hint: 'check what the credentials may do there' } : {};
}

/** RFC 9110 10.2.3, and what GitHub and GitLab say instead; milliseconds. */
export function retryAfterOf(headers: Readonly<Record<string, string>>, now: number = Date.now()): number | undefined {
  const given = headers['retry-after'];
  if (given !== undefined) return /^\d+$/.test(given) ? Number(given) * 1000 : until(Date.parse(given), now);
  if (headers['x-ratelimit-remaining'] !== '0') return undefined;
  return until(Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000, now);
}

function until(time: number, now: number): number | undefined {
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

export function httpUnreached(method: string, url: URL, cause: unknown): DistError {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new DistError('http-unreached', `Cannot ${method} ${shown(url)}: ${text}`, { cause });
}

export function httpTooLarge(url: URL, limit: number): DistError {
  return new DistError('http-too-large', `Cannot read ${shown(url)}: it is longer than ${limit} bytes`);
}

export function httpBody(url: URL, cause: unknown): DistError {
  return new DistError('http-body', `Cannot read ${shown(url)}: it is no JSON`, { cause });
}

export function httpScheme(url: string): DistError {
  return new DistError('http-scheme', `Cannot ask "${url.split('?')[0]}": it is no http or https address`);
}

export function httpDry(method: string, url: URL): DistError {
  return new DistError('http-dry', `Cannot ${method} ${shown(url)}: a dry run changes nothing`);
}

export function httpPlain(url: URL): DistError {
  return new DistError('http-plain', `Cannot send credentials to ${shown(url)}: the connection is not encrypted`, { hint: 'use https' });
}

export function httpCrossOrigin(url: URL, next: URL): DistError {
  return new DistError('http-downgrade', `Cannot follow ${shown(url)} to ${shown(next)}: it leads from https to http`);
}
