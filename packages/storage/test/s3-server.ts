import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, signatureProblem } from './s3-signature.ts';

/** S3 on the loopback, stricter than most: every signature, digest and condition is checked, lists come in small pages. */

export interface S3ServerOptions {
  /** Objects, uploads and parts on a page of a list. */
  readonly pageSize?: number;
  /** Bytes of all parts but the last. */
  readonly leastPart?: number;
  /** Headers taken and ignored: `if-match`, `if-none-match`. */
  readonly ignores?: readonly string[];
  /** Whether it knows x-amz-checksum headers. */
  readonly checksums?: boolean;
  readonly sessionToken?: string;
}

export interface S3Object {
  readonly bytes: Buffer;
  readonly etag: string;
  /** What began with `x-amz-meta-`, without it. */
  readonly meta: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
}

export interface S3Request {
  readonly method: string;
  /** Empty for the bucket. */
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** What was answered; none when the connection was cut before. */
  status?: number;
}

interface Part {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly checksum: string | undefined;
}

export interface S3Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly parts: Map<number, Part>;
}

/** Instead of the answer: another status, or a cut connection before, during or after the work is done. All after the delay. */
export interface S3Fault {
  readonly status?: number;
  readonly code?: string;
  /** Seconds, or a date. */
  readonly retryAfter?: string;
  readonly reset?: 'before' | 'during' | 'after';
  readonly delayMs?: number;
}

export type S3FaultHook = (request: S3Request) => S3Fault | undefined;

export interface S3Server {
  readonly url: string;
  readonly bucket: string;
  readonly region: string;
  readonly credentials: () => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }>;
  objects(): ReadonlyMap<string, S3Object>;
  /** In the order they came. */
  readonly log: readonly S3Request[];
  readonly uploads: ReadonlyMap<string, S3Upload>;
  /** Asked for each request, after it is logged. */
  fault(hook: S3FaultHook | undefined): void;
  close(): Promise<void>;
}

const BUCKET = 'releases';

export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const account: Account = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI+K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'eu-test-1',
    ...(options.sessionToken && { sessionToken: options.sessionToken }),
  };
  const state = new State(account, options);
  const server = createServer((request, response) => void state.serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { region, ...credentials } = account;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: BUCKET,
    region,
    credentials: async () => credentials,
    objects: () => state.objects,
    log: state.log,
    uploads: state.uploads,
    fault: (hook) => {
      state.hook = hook;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Thrown by whatever finds something wrong. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(`the request was refused as ${code}`);
    this.status = status;
    this.code = code;
  }
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface Asked extends S3Request {
  readonly body: Buffer;
}

class State {
  readonly objects = new Map<string, S3Object>();
  readonly uploads = new Map<string, S3Upload>();
  readonly log: S3Request[] = [];
  hook: S3FaultHook | undefined;
  readonly #account: Account;
  readonly #pageSize: number;
  readonly #leastPart: number;
  readonly #ignores: readonly string[];
  readonly #checksums: boolean;

  constructor(account: Account, { pageSize = 3, leastPart = 1, ignores = [], checksums = true }: S3ServerOptions) {
    this.#account = account;
    this.#pageSize = pageSize;
    this.#leastPart = leastPart;
    this.#ignores = ignores;
    this.#checksums = checksums;
  }

  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = toRequest(message);
    // a message that was not read to its end forgets it
    const { socket } = message;
    this.log.push(entry);
    const fault = this.hook?.(entry) ?? {};
    if (fault.delayMs) await sleep(fault.delayMs);
    if (fault.reset === 'before') return void socket.destroy();
    const body = await read(message, fault.reset === 'during');
    if (!body) return void socket.destroy();
    const reply = fault.status ? faultReply(fault) : this.#answer(message, { ...entry, body });
    entry.status = reply.status ?? 200;
    if (fault.reset === 'after') return void socket.destroy();
    const content = message.method === 'HEAD' ? '' : (reply.body ?? '');
    response.writeHead(entry.status, { 'content-type': 'application/xml', 'content-length': content.length, ...reply.headers });
    response.end(content);
  }

  #answer(message: IncomingMessage, asked: Asked): Reply {
    try {
      this.#check(message, asked);
      return asked.key === '' ? this.#ofBucket(asked) : this.#ofObject(asked);
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: errorXml(error.code, error.message) };
      return { status: 500, body: errorXml('InternalError', `${error}`) };
    }
  }

  #check(message: IncomingMessage, { body, headers }: Asked): void {
    if (!pathOf(message).startsWith(`/${BUCKET}/`)) throw new Refusal(404, 'NoSuchBucket');
    const problem = signatureProblem(message, this.#account);
    if (problem) throw new Refusal(403, problem);
    if (headers['transfer-encoding']) throw new Refusal(411, 'MissingContentLength');
    if (headers['x-amz-content-sha256'] !== digest('sha256', body)) throw new Refusal(400, 'XAmzContentSHA256Mismatch');
    const md5 = headers['content-md5'];
    if (md5 !== undefined && md5 !== digest('md5', body, 'base64')) throw new Refusal(400, 'BadDigest');
    const checksum = headers['x-amz-checksum-sha256'];
    if (checksum !== undefined && checksum !== digest('sha256', body, 'base64')) throw new Refusal(400, 'BadDigest');
  }

  #ofBucket({ method, query }: Asked): Reply {
    if (method === 'GET' && query['list-type'] === '2') return this.#list(query);
    if (method === 'GET' && 'uploads' in query) return this.#listUploads(query);
    throw new Refusal(405, 'MethodNotAllowed');
  }

  #ofObject(asked: Asked): Reply {
    const { method, query } = asked;
    if (method === 'POST' && 'uploads' in query) return this.#begin(asked);
    if (query.uploadId !== undefined) return this.#ofUpload(asked, query.uploadId);
    if (method === 'PUT') return this.#put(asked);
    if (method === 'DELETE') return this.#delete(asked);
    if (method === 'GET' || method === 'HEAD') return this.#get(asked);
    throw new Refusal(405, 'MethodNotAllowed');
  }

  #ofUpload(asked: Asked, id: string): Reply {
    const upload = this.uploads.get(id);
    if (upload?.key !== asked.key) throw new Refusal(404, 'NoSuchUpload');
    if (asked.method === 'PUT') return this.#putPart(asked, upload);
    if (asked.method === 'GET') return this.#listParts(asked, upload);
    if (asked.method === 'POST') return this.#complete(asked, upload);
    if (asked.method !== 'DELETE') throw new Refusal(405, 'MethodNotAllowed');
    this.uploads.delete(id);
    return { status: 204 };
  }

  #get({ key }: Asked): Reply {
    const object = this.objects.get(key);
    if (!object) throw new Refusal(404, 'NoSuchKey');
    const meta = Object.fromEntries(Object.entries(object.meta).map(([name, value]) => [`x-amz-meta-${name}`, value]));
    return { headers: { ...meta, etag: object.etag, 'content-length': `${object.bytes.length}` }, body: object.bytes };
  }

  #put({ key, headers, body }: Asked): Reply {
    this.#checkCondition(key, headers);
    const etag = `"${digest('md5', body)}"`;
    this.objects.set(key, { bytes: body, etag, meta: metaOf(headers), headers });
    return { headers: { etag } };
  }

  #delete({ key, headers }: Asked): Reply {
    const object = this.objects.get(key);
    if (object) this.#checkCondition(key, headers);
    this.objects.delete(key);
    return { status: 204 };
  }

  #checkCondition(key: string, headers: IncomingHttpHeaders): void {
    const found = this.objects.get(key);
    const [none, match] = ['if-none-match', 'if-match'].map((name) => (this.#ignores.includes(name) ? undefined : headers[name]));
    if (none !== undefined && none !== '*') throw new Refusal(501, 'NotImplemented');
    if (none !== undefined && found) throw new Refusal(412, 'PreconditionFailed');
    if (match !== undefined && !found) throw new Refusal(404, 'NoSuchKey');
    if (match !== undefined && match !== found?.etag) throw new Refusal(412, 'PreconditionFailed');
  }

  #list(query: S3Request['query']): Reply {
    const after = Buffer.from(query['continuation-token'] ?? '', 'base64');
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(query.prefix ?? '')).map((key) => Buffer.from(key));
    const rest = keys.sort(Buffer.compare).filter((key) => Buffer.compare(key, after) > 0);
    const page = rest.slice(0, this.#pageSize);
    const contents = page.map((name) => {
      const { bytes, etag } = this.#object(name.toString());
      return `<Contents><Key>${encodeKey(name.toString())}</Key><ETag>${escapeXml(etag)}</ETag><Size>${bytes.length}</Size></Contents>`;
    });
    const isCut = rest.length > page.length;
    const token = isCut ? `<NextContinuationToken>${page.at(-1)?.toString('base64')}</NextContinuationToken>` : '';
    return {
      body: `${PROLOG}<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isCut}</IsTruncated>${contents.join('')}${token}</ListBucketResult>`,
    };
  }

  #object(key: string): S3Object {
    const object = this.objects.get(key);
    if (!object) throw new Refusal(404, 'NoSuchKey');
    return object;
  }

  #listUploads(query: S3Request['query']): Reply {
    const uploads = [...this.uploads.values()].filter(({ key }) => key.startsWith(query.prefix ?? ''));
    const start = uploads.findIndex(({ id }) => id === query['upload-id-marker']) + 1;
    const page = uploads.slice(start, start + this.#pageSize);
    const isCut = start + page.length < uploads.length;
    const items = page.map(({ key, id }) => `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></Upload>`);
    const last = page.at(-1);
    const next = isCut && last ? `<NextKeyMarker>${escapeXml(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>` : '';
    return { body: `${PROLOG}<ListMultipartUploadsResult>${next}<IsTruncated>${isCut}</IsTruncated>${items.join('')}</ListMultipartUploadsResult>` };
  }

  #begin({ key, headers }: Asked): Reply {
    const id = randomUUID();
    this.uploads.set(id, { id, key, headers, parts: new Map() });
    return { body: `${PROLOG}<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
  }

  #putPart({ body, headers, query }: Asked, upload: S3Upload): Reply {
    const number = Number(query.partNumber);
    if (!(number >= 1 && number <= 10_000)) throw new Refusal(400, 'InvalidArgument');
    const checksum = this.#checksums ? headers['x-amz-checksum-sha256']?.toString() : undefined;
    if (this.#checksums && upload.headers['x-amz-checksum-algorithm'] === 'SHA256' && !checksum) throw new Refusal(400, 'InvalidRequest');
    const etag = `"${digest('md5', body)}"`;
    upload.parts.set(number, { bytes: body, etag, checksum });
    return { headers: { etag, ...(checksum && { 'x-amz-checksum-sha256': checksum }) } };
  }

  #listParts({ query }: Asked, { parts }: S3Upload): Reply {
    const rest = [...parts].sort(([a], [b]) => a - b).filter(([number]) => number > Number(query['part-number-marker'] ?? 0));
    const page = rest.slice(0, this.#pageSize);
    const items = page.map(([number, { etag, bytes, checksum }]) => {
      const sum = checksum ? `<ChecksumSHA256>${checksum}</ChecksumSHA256>` : '';
      return `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag><Size>${bytes.length}</Size>${sum}</Part>`;
    });
    const marker = `<NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>`;
    return { body: `${PROLOG}<ListPartsResult>${marker}<IsTruncated>${rest.length > page.length}</IsTruncated>${items.join('')}</ListPartsResult>` };
  }

  #complete({ key, headers, body }: Asked, upload: S3Upload): Reply {
    const parts = [...body.toString().matchAll(/<Part><PartNumber>(\d+)<\/PartNumber>(.*?)<\/Part>/g)].map(([, number, rest = '']) =>
      this.#named(upload, Number(number), rest),
    );
    if (parts.length === 0) throw new Refusal(400, 'MalformedXML');
    if (parts.slice(0, -1).some(({ bytes }) => bytes.length < this.#leastPart)) throw new Refusal(400, 'EntityTooSmall');
    this.#checkCondition(key, headers);
    const md5s = parts.map(({ bytes }) => createHash('md5').update(bytes).digest());
    const etag = `"${digest('md5', Buffer.concat(md5s))}-${parts.length}"`;
    this.objects.set(key, { bytes: Buffer.concat(parts.map(({ bytes }) => bytes)), etag, meta: metaOf(upload.headers), headers: upload.headers });
    this.uploads.delete(upload.id);
    return { body: `${PROLOG}<CompleteMultipartUploadResult><ETag>${escapeXml(etag)}</ETag></CompleteMultipartUploadResult>` };
  }

  #named(upload: S3Upload, number: number, xml: string): Part {
    const part = upload.parts.get(number);
    const etag = /<ETag>&#34;(\w+)&#34;<\/ETag>/.exec(xml)?.[1];
    const checksum = /<ChecksumSHA256>([^<]+)<\/ChecksumSHA256>/.exec(xml)?.[1];
    if (!part || part.etag !== `"${etag}"` || part.checksum !== checksum) throw new Refusal(400, 'InvalidPart');
    return part;
  }
}

const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n';

function toRequest(message: IncomingMessage): S3Request {
  const { method = '', headers } = message;
  const { pathname, searchParams } = new URL(pathOf(message), 'http://server');
  const key = decodeURIComponent(pathname).slice(`/${BUCKET}/`.length);
  return { method, key, query: Object.fromEntries(searchParams), headers };
}

/** With the bucket, wherever it was named. */
function pathOf({ url = '', headers }: IncomingMessage): string {
  return headers.host?.startsWith(`${BUCKET}.`) ? `/${BUCKET}${url}` : url;
}

/** Nothing when it was cut on the way, by us or by the client. */
async function read(message: IncomingMessage, isCut: boolean): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) {
      if (isCut) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return isCut ? undefined : Buffer.concat(chunks);
}

function faultReply({ status = 500, code = 'InternalError', retryAfter }: S3Fault): Reply {
  return { status, ...(retryAfter && { headers: { 'retry-after': retryAfter } }), body: errorXml(code, 'a fault was asked for') };
}

function errorXml(code: string, message: string): string {
  return `${PROLOG}<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
}

function metaOf(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const pairs = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  return Object.fromEntries(pairs.map(([name, value]) => [name.slice('x-amz-meta-'.length), `${value}`]));
}

function digest(algorithm: string, bytes: Buffer, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash(algorithm).update(bytes).digest(encoding);
}

/** Spaces are plus signs in S3's lists. */
function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
