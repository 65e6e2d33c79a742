import { createHash } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
// Version 4 of Amazon's signatures in one file without dependencies; Amazon's SDK brings a hundred packages for the same.
import { AwsV4Signer } from 'aws4fetch';
import type { Bucket, S3Credentials } from './bucket.ts';
import { type Answer, answerError, S3Error } from './error.ts';

/** Milliseconds without a byte in either direction. */
const SILENCE = 60_000;

const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** For errors: "write "a"". */
  readonly task: string;
  /** The object; none for the bucket itself. */
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: Payload;
  /** Statuses from 300 up that are an answer, not an error. */
  readonly expect?: readonly number[];
  readonly signal: AbortSignal | undefined;
}

export interface Payload {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

export function toPayload(text: string): Payload {
  const bytes = Buffer.from(text);
  const chunks = async function* () {
    if (bytes.length > 0) yield bytes;
  };
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), chunks };
}

/** One signed request, its answer in memory; throws S3Error for a status that was not expected. */
export async function send(bucket: Bucket, call: Call): Promise<Answer> {
  call.signal?.throwIfAborted();
  const credentials = checkCredentials(await bucket.credentials());
  const task = `${call.task} ${call.method === 'PUT' || call.method === 'POST' ? 'to' : 'in'} ${bucket.label}`;
  const { url, headers } = await sign(bucket, call, credentials);
  const answer = await exchange(bucket, call, url, headers).catch((error) => {
    call.signal?.throwIfAborted();
    throw isOurs(error) ? error : unanswered(task, error as NodeJS.ErrnoException);
  });
  if (isExpected(call, answer) || (answer.status < 300 && !isLateError(answer))) return answer;
  throw answerError(task, answer, Object.values(credentials));
}

/** A wrong bucket is an error even where an object may be absent. */
function isExpected({ expect = [] }: Call, { status, body }: Answer): boolean {
  return expect.includes(status) && !body.includes('NoSuchBucket');
}

/** What takes long is answered 200 at once, and in the body that it failed. */
function isLateError({ headers, body }: Answer): boolean {
  return /xml/.test(headers['content-type'] ?? '') && /^\s*(<\?xml[^>]*>\s*)?<Error\b/.test(body.toString('latin1', 0, 200));
}

/** Errors of the source are no errors of the connection: those have a code of the system or of TLS. */
function isOurs(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === undefined || syscall === 'open' || syscall === 'stat';
}

function unanswered(task: string, error: NodeJS.ErrnoException): S3Error {
  const cause = error.code === 'ERR_STREAM_PREMATURE_CLOSE' ? Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }) : error;
  return new S3Error(`Cannot ${task}: ${cause.message}`, { cause });
}

async function sign(bucket: Bucket, call: Call, credentials: S3Credentials): Promise<{ readonly url: URL; readonly headers: Headers }> {
  const { method, payload } = call;
  const signer = new AwsV4Signer({
    ...credentials,
    method,
    url: toUrl(bucket, call),
    headers: { ...call.headers, 'x-amz-content-sha256': payload?.sha256 ?? NOTHING, ...(payload && { 'content-length': `${payload.size}` }) },
    service: 's3',
    region: bucket.region,
    cache: bucket.signingKeys,
  });
  return await signer.sign();
}

function toUrl(bucket: Bucket, { name, query = {} }: Call): string {
  const path = name === undefined ? '/' : `/${name.split('/').map(encode).join('/')}`;
  const pairs = Object.entries(query).map(([key, value]) => `${encode(key)}=${encode(value)}`);
  return `${bucket.url}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

/** RFC 3986, as the signature wants it; encodeURIComponent leaves a few more alone. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function exchange(bucket: Bucket, { method, payload, signal }: Call, url: URL, headers: Headers): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method,
    headers: Object.fromEntries(headers),
    agent: bucket.agent,
    timeout: SILENCE,
    ...(signal && { signal }),
  });
  let isAnswered = false;
  request.on('response', (response) => {
    isAnswered = true;
    collect(response).then(resolve, reject);
  });
  request.on('timeout', () => request.destroy(silence()));
  // A server that refuses at once need not read the rest: what it says counts.
  const fail = (error: unknown) => isAnswered || reject(error);
  request.on('error', fail);
  if (payload) pipeline(Readable.from(payload.chunks(), { objectMode: false }), request).catch(fail);
  else request.end();
  return promise;
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

function silence(): Error {
  return Object.assign(new Error(`nothing was heard for ${SILENCE / 1000} s`), { code: 'ETIMEDOUT' });
}

/** What no header can hold would be told by the error of whoever tries. */
function checkCredentials(credentials: S3Credentials): S3Credentials {
  for (const name of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const) {
    const value = credentials[name];
    if (value === undefined && name === 'sessionToken') continue;
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
      throw new TypeError(`Cannot sign a request: ${name} is empty or has spaces, line ends or other characters no header can hold`);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
