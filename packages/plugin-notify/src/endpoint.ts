import { DistError, type Secret } from '@provisioning-dist/core';
import { addressRefused } from './errors.ts';

/** Addresses that let whoever knows them post: nothing but the host may be told of them. */
export interface Endpoint {
  readonly url: URL;
  /** An error of `http` without the address. What decides about trying again stays. */
  readonly hidden: (error: unknown) => unknown;
}

/** The address in a text of the configuration, or in a secret. Throws for one that would be read by others on the way. */
export async function endpointOf(given: string | Secret): Promise<Endpoint> {
  const source = typeof given === 'string' ? 'the configuration' : given.source;
  const url = URL.parse(typeof given === 'string' ? given : await given.reveal());
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw addressRefused(source, 'it is no http or https URL', 'store the whole address, https:// included');
  if (url.username !== '' || url.password !== '') throw addressRefused(source, 'it holds a user name or password', 'put them into a header');
  if (!isPrivate(url)) throw addressRefused(source, `the connection to ${url.host} is not encrypted`, 'use https');
  return { url, hidden: (error) => hiddenError(url, error) };
}

/** Encrypted, or never on a wire. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Causes and data quote the address too: of them only what is known to be harmless is kept. */
function hiddenError(url: URL, error: unknown): unknown {
  if (!(error instanceof DistError)) return error;
  const [, ...rest] = error.message.split(': ');
  const data = { status: error.data?.status, retryAfter: error.data?.retryAfter, code: systemCode(error) };
  const known = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
  return new DistError(error.code, `Cannot send to ${url.host}: ${withoutParts(url, rest.join(': '))}`, {
    data: known,
    ...(error.hint !== undefined && { hint: error.hint }),
  });
}

function systemCode({ cause }: DistError): string | undefined {
  for (let at = cause, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && !(at instanceof DistError)) return at.code;
  }
  return undefined;
}

/** Shorter parts say nothing, and would be found everywhere. */
const SHORTEST = 4;

/** A server may quote the path it was asked for, whole or in part, and its answer may be cut in the middle of it. */
function withoutParts(url: URL, text: string): string {
  const parts = partsOf(url);
  const masked = parts.reduce((rest, part) => rest.replaceAll(part, '***'), text);
  const end = /\)?$/.exec(masked)?.[0] ?? '';
  const body = masked.slice(0, masked.length - end.length);
  return `${body.slice(0, body.length - openEnd(body, parts))}${end}`;
}

/** Characters at the end that may begin one of the parts. */
function openEnd(text: string, parts: readonly string[]): number {
  const lengths = parts.flatMap((part) => Array.from({ length: part.length - SHORTEST }, (_, index) => part.length - 1 - index));
  return Math.max(0, ...lengths.filter((length) => parts.some((part) => part.length > length && text.endsWith(part.slice(0, length)))));
}

/** The longest first. */
function partsOf({ pathname, search, hash, searchParams }: URL): readonly string[] {
  const raw = [`${pathname}${search}${hash}`, `${pathname}${search}`, pathname, search, hash, ...pathname.split('/'), ...search.split(/[?&=]/)];
  const parts = new Set([...raw, ...raw.map(decoded), ...searchParams.values()].filter((part) => part.length >= SHORTEST));
  return [...parts].sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
