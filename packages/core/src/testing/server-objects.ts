import { createHash } from 'node:crypto';

/** What a server holds by path, with the conditions of RFC 9110 13.1 and the digests of RFC 9530. */

export interface ServerObject {
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly contentType: string | undefined;
}

export interface ObjectRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

export interface ObjectAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export type Objects = Map<string, ServerObject>;

/** Does what the request asks for. */
export function serveObject(objects: Objects, request: ObjectRequest): ObjectAnswer {
  if (request.method === 'GET' || request.method === 'HEAD') return read(objects.get(request.path), request);
  if (request.method === 'PUT') return put(objects, request);
  if (request.method === 'DELETE') return remove(objects, request);
  return { status: 405, headers: { allow: 'GET, HEAD, PUT, DELETE' } };
}

function read(found: ServerObject | undefined, { headers }: ObjectRequest): ObjectAnswer {
  if (!found) return { status: 404, body: 'there is nothing here' };
  const facts = factsOf(found);
  if (matches(headers['if-none-match'], found)) return { status: 304, headers: facts };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (from === undefined) return { status: 200, headers: facts, body: found.bytes };
  const { length } = found.bytes;
  if (Number(from) >= length) return { status: 416, headers: { 'content-range': `bytes */${length}` } };
  const end = Math.min(length - 1, to === '' || to === undefined ? length : Number(to));
  return {
    status: 206,
    headers: { ...facts, 'content-range': `bytes ${from}-${end}/${length}` },
    body: found.bytes.subarray(Number(from), end + 1),
  };
}

function put(objects: Objects, { path, headers, bytes }: ObjectRequest): ObjectAnswer {
  const found = objects.get(path);
  if (!isAllowed(found, headers)) return { status: 412, body: 'another object is here' };
  const object: ServerObject = { bytes: Uint8Array.from(bytes), sha256: sha256(bytes), contentType: headers['content-type'] };
  const digest = headers['content-digest'] ?? headers['repr-digest'];
  if (digest?.startsWith('sha-256=') && digest !== digestField(object)) return { status: 400, body: 'the digest is another one' };
  objects.set(path, object);
  return { status: found ? 204 : 201, headers: { etag: etagOf(object), 'content-digest': digestField(object) } };
}

function remove(objects: Objects, { path, headers }: ObjectRequest): ObjectAnswer {
  const found = objects.get(path);
  if (!isAllowed(found, headers)) return { status: 412, body: 'another object is here' };
  objects.delete(path);
  return { status: found ? 204 : 404 };
}

function isAllowed(found: ServerObject | undefined, headers: ObjectRequest['headers']): boolean {
  if (headers['if-match'] !== undefined && !matches(headers['if-match'], found)) return false;
  return !matches(headers['if-none-match'], found);
}

function matches(field: string | undefined, found: ServerObject | undefined): boolean {
  if (field === undefined || !found) return false;
  return field.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etagOf(found));
}

function factsOf(object: ServerObject): Record<string, string> {
  const type = object.contentType === undefined ? {} : { 'content-type': object.contentType };
  return { etag: etagOf(object), 'content-digest': digestField(object), 'accept-ranges': 'bytes', ...type };
}

function etagOf({ sha256: digest }: ServerObject): string {
  return `"${digest}"`;
}

function digestField({ sha256: digest }: ServerObject): string {
  return `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** One hash over everything held: paths, types and bytes. */
export function digestOf(objects: Objects): string {
  const lines = [...objects].map(([path, object]) => `${object.sha256}  ${object.contentType ?? ''}  ${path}\n`);
  return sha256(lines.toSorted().join(''));
}
