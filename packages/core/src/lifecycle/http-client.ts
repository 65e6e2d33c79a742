import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Dispatcher } from 'undici';
import { DistError } from '../errors.ts';
import type { Http, HttpFile, HttpRequest, HttpResponse, HttpTls } from '../http.ts';
import {
  httpBody,
  httpCrossOrigin,
  httpDry,
  httpFile,
  httpPlain,
  httpScheme,
  httpStatus,
  httpTooLarge,
  httpUnreached,
  shownUrl,
} from './http-errors.ts';

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
  /** `provisioning-dist/1`: with the version of the plugin API. */
  readonly userAgent: string;
  /** Told every credential that is sent, wherever it comes from. */
  readonly conceal?: (value: string) => void;
  /** Takes secrets out of what servers say, before it is cut for a message. */
  readonly redact?: (text: string) => string;
}

/** Loads the library at the first request. Connections end with the process: idle ones do not keep it alive. */
export function createHttp({ signal, dry = false, userAgent, redact = String, conceal = () => {} }: HttpClientOptions): Http {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  const dispatcherFor = (url: URL, tls: HttpTls | undefined): Promise<Dispatcher> => {
    const direct = isLoopback(url.hostname);
    const key = JSON.stringify([direct, tls]);
    const found = dispatchers.get(key) ?? newDispatcher(direct, tls);
    dispatchers.set(key, found);
    return found;
  };
  return async (url, request = {}) => {
    const method = (request.method ?? 'GET').toUpperCase();
    const target = checkedUrl(url);
    if (dry && !SAFE.has(method)) throw httpDry(method, shownUrl(target, request));
    const signals = request.signal ? AbortSignal.any([signal, request.signal]) : signal;
    const headers = { 'user-agent': userAgent, ...present(request.headers) };
    for (const value of credentialsIn(headers)) conceal(value);
    return await follow(target, { ...request, method, headers, signal: signals, dispatcherFor, redact });
  };
}

interface Call extends HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly dispatcherFor: (url: URL, tls: HttpTls | undefined) => Promise<Dispatcher>;
  readonly redact: (text: string) => string;
}

/** RFC 9110 11.6.2, RFC 7617: header values that are secrets, and what is one inside them. They may come from files no option
 *  names as a secret; what options name is known already, and a plain value of another header would be masked everywhere. */
function credentialsIn(headers: Readonly<Record<string, string>>): readonly string[] {
  const secret = Object.entries(headers).filter(([name]) => CREDENTIALS.has(name));
  return secret.flatMap(([, value]) => {
    const [, scheme = '', rest = ''] = /^(\S+) +(\S.*)$/.exec(value) ?? [];
    if (scheme.toLowerCase() !== 'basic') return rest === '' ? [value] : [value, rest];
    return [
      rest,
      Buffer.from(rest, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, ''),
    ];
  });
}

/** Proxies must not see what goes to this machine. */
async function newDispatcher(direct: boolean, tls: HttpTls | undefined): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const connect = { timeout: 15_000, ...tls };
  return direct ? new Agent({ connect }) : new EnvHttpProxyAgent({ connect, requestTls: connect });
}

function checkedUrl(url: string | URL): URL {
  const parsed = typeof url === 'string' ? URL.parse(url) : url;
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) throw httpScheme(String(url));
  return parsed;
}

async function follow(start: URL, first: Call): Promise<HttpResponse> {
  let url = start;
  let call = first;
  for (let hops = 0; ; hops++) {
    refusePlain(url, call);
    const response = await send(url, call);
    const next = redirectOf(response, url, call, hops);
    if (!next) return checked(response, url, call);
    if (next.origin !== url.origin) call = withoutCredentials(call);
    url = next;
  }
}

/** Only what changes nothing is asked for somewhere else without anybody having said so. */
function redirectOf({ status, headers }: HttpResponse, url: URL, { method, accept = [] }: Call, hops: number): URL | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(status) && !accept.includes(status) && headers.location !== undefined;
  if (!isRedirect || (method !== 'GET' && method !== 'HEAD') || hops >= MAX_REDIRECTS) return undefined;
  const next = checkedUrl(URL.parse(headers.location ?? '', url.href) ?? headers.location ?? '');
  if (url.protocol === 'https:' && next.protocol === 'http:') throw httpCrossOrigin(url, next);
  return next;
}

function withoutCredentials({ tls, confidential: _, ...call }: Call): Call {
  const headers = Object.fromEntries(Object.entries(call.headers).filter(([name]) => HARMLESS.has(name)));
  return { ...call, headers, ...(tls?.ca !== undefined && { tls: { ca: tls.ca } }) };
}

function refusePlain(url: URL, call: Call): void {
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return;
  const { headers, confidential = false, tls } = call;
  const secret = confidential || tls?.key !== undefined || Object.keys(headers).some((name) => CREDENTIALS.has(name));
  if (secret) throw httpPlain(shownUrl(url, call));
}

/** Names below `localhost` are not: what they resolve to is up to others. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]';
}

async function send(url: URL, call: Call): Promise<HttpResponse> {
  const { request } = await import('undici');
  const dispatcher = await call.dispatcherFor(url, call.tls);
  const { body, length } = await bodyOf(call.body);
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
    const bytes = await read(answer.body, url, call);
    return responseOf(shownUrl(url, call), answer.statusCode, joined(answer.headers), bytes);
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    throw error instanceof DistError ? error : failureOf(error, url, call);
  }
}

function failureOf(error: unknown, url: URL, call: Call): DistError {
  const shrank = (error as NodeJS.ErrnoException).code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH';
  if (shrank && isFile(call.body)) return httpFile(basename(call.body.file), 'it changed while it was sent');
  return httpUnreached(call.method, shownUrl(url, call), error);
}

interface SentBody {
  readonly body?: Dispatcher.DispatchOptions['body'];
  readonly length?: number;
}

async function bodyOf(body: HttpRequest['body']): Promise<SentBody> {
  if (body === undefined) return {};
  if (!isFile(body)) return { body: Buffer.from(body as string), length: Buffer.byteLength(body) };
  const { file, size } = body;
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw httpFile(basename(file), error.code === 'ENOENT' ? 'it is gone' : `it cannot be read (${error.code})`);
  });
  if (found.size !== size) throw httpFile(basename(file), `it has ${found.size} bytes, not ${size}`);
  return { body: size === 0 ? Buffer.alloc(0) : createReadStream(file, { end: size - 1 }), length: size };
}

function isFile(body: HttpRequest['body']): body is HttpFile {
  return typeof body === 'object' && 'file' in body;
}

async function read(body: AsyncIterable<Uint8Array>, url: URL, call: Call): Promise<Uint8Array> {
  const { maxBytes = MAX_BYTES } = call;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > maxBytes) throw httpTooLarge(shownUrl(url, call), maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value ?? []].flat().join(', ')]));
}

function responseOf(url: string, status: number, headers: Readonly<Record<string, string>>, bytes: Uint8Array): HttpResponse {
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

function checked(response: HttpResponse, url: URL, call: Call): HttpResponse {
  const { status } = response;
  if ((status >= 200 && status < 300) || call.accept?.includes(status)) return response;
  throw httpStatus(call.method, shownUrl(url, call), response, call.redact);
}

function present(headers: HttpRequest['headers'] = {}): Record<string, string> {
  const pairs = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}
