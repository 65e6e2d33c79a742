import { createReadStream } from 'node:fs';
import type { Dispatcher } from 'undici';
import { DistError } from '../errors.ts';
import type { Http, HttpFile, HttpRequest, HttpResponse, HttpTls } from '../http.ts';
import { httpBody, httpCrossOrigin, httpDry, httpPlain, httpScheme, httpStatus, httpTooLarge, httpUnreached } from './http-errors.ts';

/** The one way out: undici with time limits, proxies from the environment, and answers read whole within a limit. */

const TIMEOUT = 60_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** RFC 9110 11.6.2 and what goes with it. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** What another origin may be told: nothing that could be a credential. */
const HARMLESS: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'range', 'if-none-match', 'if-modified-since', 'user-agent']);

export interface HttpClientOptions {
  readonly signal: AbortSignal;
  /** Refuses every method that could change something. */
  readonly dry?: boolean;
  /** `provisioning-dist/1.2.3`. */
  readonly userAgent: string;
}

/** Loads the library at the first request. Connections end with the process: idle ones do not keep it alive. */
export function createHttp({ signal, dry = false, userAgent }: HttpClientOptions): Http {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  const dispatcherFor = (tls: HttpTls | undefined): Promise<Dispatcher> => {
    const key = JSON.stringify(tls ?? {});
    const found = dispatchers.get(key) ?? newDispatcher(tls);
    dispatchers.set(key, found);
    return found;
  };
  return async (url, request = {}) => {
    const method = (request.method ?? 'GET').toUpperCase();
    const target = checkedUrl(url);
    if (dry && !SAFE.has(method)) throw httpDry(method, target);
    const signals = request.signal ? AbortSignal.any([signal, request.signal]) : signal;
    const call: Call = { ...request, method, headers: { 'user-agent': userAgent, ...present(request.headers) }, signal: signals };
    return await follow(target, call, await dispatcherFor(request.tls));
  };
}

interface Call extends HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function newDispatcher(tls: HttpTls | undefined): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  const connect = { timeout: 15_000, ...tls };
  // Proxies must not see what goes to this machine.
  const noProxy = [process.env.no_proxy ?? process.env.NO_PROXY, '127.0.0.1,localhost,::1'].filter(Boolean).join(',');
  return new EnvHttpProxyAgent({ connect, requestTls: connect, noProxy });
}

function checkedUrl(url: string | URL): URL {
  const parsed = typeof url === 'string' ? URL.parse(url) : url;
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) throw httpScheme(String(url));
  return parsed;
}

async function follow(start: URL, call: Call, dispatcher: Dispatcher): Promise<HttpResponse> {
  let url = start;
  let headers = call.headers;
  for (let hops = 0; ; hops++) {
    refusePlain(url, { ...call, headers });
    const response = await send(url, { ...call, headers }, dispatcher);
    const next = redirectOf(response, url, call, hops);
    if (!next) return checked(response, url, call);
    if (next.origin !== url.origin) headers = Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
    url = next;
  }
}

/** Only what changes nothing is asked for somewhere else without anybody having said so. */
function redirectOf({ status, headers }: HttpResponse, url: URL, { method, accept = [] }: Call, hops: number): URL | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(status) && !accept.includes(status) && headers.location !== undefined;
  if (!isRedirect || (method !== 'GET' && method !== 'HEAD') || hops >= MAX_REDIRECTS) return undefined;
  const next = checkedUrl(new URL(headers.location ?? '', url));
  if (url.protocol === 'https:' && next.protocol === 'http:') throw httpCrossOrigin(url, next);
  return next;
}

function refusePlain(url: URL, { headers, confidential = false, tls }: Call): void {
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return;
  const secret = confidential || tls?.key !== undefined || Object.keys(headers).some((name) => CREDENTIALS.has(name.toLowerCase()));
  if (secret) throw httpPlain(url);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]';
}

async function send(url: URL, call: Call, dispatcher: Dispatcher): Promise<HttpResponse> {
  const { request } = await import('undici');
  const { body, length } = bodyOf(call.body);
  const timeout = call.timeout ?? TIMEOUT;
  try {
    const answer = await request(url, {
      dispatcher,
      method: call.method as Dispatcher.HttpMethod,
      headers: { ...call.headers, ...(length === undefined ? {} : { 'content-length': String(length) }) },
      ...(body === undefined ? {} : { body }),
      signal: call.signal,
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
    const bytes = await read(answer.body, url, call.maxBytes ?? MAX_BYTES);
    return responseOf(url, answer.statusCode, joined(answer.headers), bytes);
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    throw error instanceof DistError ? error : httpUnreached(call.method, url, error);
  }
}

function bodyOf(body: HttpRequest['body']): { readonly body?: Dispatcher.DispatchOptions['body']; readonly length?: number } {
  if (body === undefined) return {};
  if (typeof body === 'string' || body instanceof Uint8Array) return { body: Buffer.from(body as string), length: Buffer.byteLength(body) };
  const { file, size }: HttpFile = body;
  return { body: createReadStream(file, { end: Math.max(0, size - 1), ...(size === 0 && { start: 1 }) }), length: size };
}

async function read(body: AsyncIterable<Uint8Array>, url: URL, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > maxBytes) throw httpTooLarge(url, maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value ?? []].flat().join(', ')]));
}

function responseOf(url: URL, status: number, headers: Readonly<Record<string, string>>, bytes: Uint8Array): HttpResponse {
  const text = (): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const json = (): unknown => {
    try {
      return JSON.parse(text());
    } catch (error) {
      throw httpBody(url, error);
    }
  };
  return { status, headers, bytes, text, json };
}

function checked(response: HttpResponse, url: URL, { method, accept = [] }: Call): HttpResponse {
  const { status } = response;
  if ((status >= 200 && status < 300) || accept.includes(status)) return response;
  throw httpStatus(method, url, response);
}

function present(headers: HttpRequest['headers'] = {}): Record<string, string> {
  const pairs = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}
