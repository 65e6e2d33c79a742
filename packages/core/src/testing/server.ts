import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultScript } from './faults.ts';
import { digestOf, type ObjectAnswer, type ObjectRequest, type Objects, type ServerObject, serveObject, sha256 } from './server-objects.ts';

/** A server on the loopback that holds objects by path, notes every request, and fails as it is told. */

export interface TestServerOptions {
  /** Who may do anything; `unsafe`: reading is open to everybody. */
  readonly auth?: ({ readonly user: string; readonly password: string } | { readonly token: string }) & { readonly for?: 'all' | 'unsafe' };
  readonly faults?: FaultScript;
  /** PEM. With `ca` clients must show a certificate of it. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
  /** Answers what the object store does not know; undefined = the object store does. */
  readonly answer?: (request: ObjectRequest) => ObjectAnswer | undefined;
}

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** With the `?`; empty without. */
  readonly search: string;
  /** Names in lower case; credentials are `***`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body that arrived. */
  readonly size: number;
  readonly sha256: string;
  /** Undefined while it is under way, and when the connection broke. */
  readonly status: number | undefined;
  /** Whether its method could change something. */
  readonly unsafe: boolean;
  /** Counts connections from 0. */
  readonly connection: number;
}

export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** In the order they arrived. */
  readonly log: () => readonly LoggedRequest[];
  readonly unsafe: () => readonly LoggedRequest[];
  /** By path. */
  readonly objects: () => ReadonlyMap<string, ServerObject>;
  /** Puts an object there behind everybody's back; undefined takes it away. */
  readonly set: (path: string, bytes: Uint8Array | string | undefined) => void;
  /** One hash over all objects. */
  readonly digest: () => string;
  /** Other faults from now on. */
  readonly fail: (faults: FaultScript | undefined) => void;
  /** Ends every connection at once. */
  readonly close: () => Promise<void>;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const SECRET: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

type Entry = { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] };

interface State {
  readonly options: TestServerOptions;
  readonly objects: Objects;
  readonly log: Entry[];
  readonly connections: WeakMap<object, number>;
  count: number;
  faults: FaultScript | undefined;
}

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const state: State = { options, objects: new Map(), log: [], connections: new WeakMap(), count: 0, faults: options.faults };
  const server = newServer(options, (message, response) => {
    // A client that went away in the middle is its own business; the log tells.
    handle(state, message, response).catch(() => message.socket.destroy());
  });
  const event = options.tls ? 'secureConnection' : 'connection';
  server.on(event, (socket: object) => state.connections.set(socket, state.count++));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    log: () => [...state.log],
    unsafe: () => state.log.filter(({ unsafe }) => unsafe),
    objects: () => state.objects,
    set: (path, bytes) => change(state.objects, path, bytes),
    digest: () => digestOf(state.objects),
    fail: (faults) => {
      state.faults = faults;
    },
    close: () => closed(server),
  };
}

function newServer({ tls }: TestServerOptions, listener: (message: IncomingMessage, response: ServerResponse) => void): Server {
  if (!tls) return createServer(listener);
  return createTlsServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined }, listener);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function change(objects: Objects, path: string, bytes: Uint8Array | string | undefined): void {
  if (bytes === undefined) objects.delete(path);
  else serveObject(objects, { method: 'PUT', path, headers: {}, bytes: Buffer.from(bytes as string) });
}

async function handle(state: State, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const entry = entryOf(message, state.connections.get(message.socket) ?? -1);
  const index = state.log.push(entry) - 1;
  const fault = state.faults?.(entry, index) ?? {};
  if (fault.delay !== undefined) await sleep(fault.delay);
  if (fault.reset === 'before') return void message.socket.destroy();
  const bytes = await readAll(message);
  Object.assign(entry, { size: bytes.length, sha256: sha256(bytes) });
  const truth = fault.status !== undefined && !fault.stored ? undefined : carryOut(state, { ...entry, headers: headersOf(message), bytes });
  if (fault.reset === 'after') return void message.socket.destroy();
  const answer = answerOf(truth, fault);
  entry.status = answer.status;
  send(message, response, answer, fault.truncate);
}

function entryOf(message: IncomingMessage, connection: number): Entry {
  const method = message.method ?? '';
  const { pathname, search } = new URL(message.url ?? '/', 'http://server.invalid');
  const headers = Object.fromEntries(Object.entries(headersOf(message)).map(([name, value]) => [name, SECRET.has(name) ? '***' : value]));
  return { method, path: pathname, search, headers, size: 0, sha256: sha256(''), status: undefined, unsafe: !SAFE.has(method), connection };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]));
}

/** Rejects when the connection breaks before the announced length: half an object is never stored. */
async function readAll(message: IncomingMessage): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of message) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

function carryOut({ options, objects }: State, request: ObjectRequest): ObjectAnswer {
  return unauthorized(options.auth, request) ?? options.answer?.(request) ?? serveObject(objects, request);
}

function unauthorized(auth: TestServerOptions['auth'], { method, headers }: ObjectRequest): ObjectAnswer | undefined {
  if (!auth || (auth.for === 'unsafe' && SAFE.has(method))) return undefined;
  const wanted = 'token' in auth ? `Bearer ${auth.token}` : `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
  if (headers.authorization === wanted) return undefined;
  return { status: 401, headers: { 'www-authenticate': 'token' in auth ? 'Bearer' : 'Basic realm="test"' }, body: 'who are you' };
}

function answerOf(truth: ObjectAnswer | undefined, { status, headers, body }: Fault): ObjectAnswer {
  if (status === undefined) return { ...(truth ?? { status: 200 }), ...(headers && { headers: { ...truth?.headers, ...headers } }) };
  return { status, ...(headers && { headers }), ...(body !== undefined && { body }) };
}

function send(message: IncomingMessage, response: ServerResponse, { status, headers = {}, body = '' }: ObjectAnswer, truncate?: number): void {
  const bytes = Buffer.from(body as string);
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(bytes.length) };
  response.writeHead(status, { ...length, ...headers });
  const hasBody = message.method !== 'HEAD' && status !== 204 && status !== 304;
  if (truncate !== undefined && hasBody && truncate < bytes.length) {
    response.write(bytes.subarray(0, truncate), () => message.socket.destroy());
    response.flushHeaders();
  } else response.end(hasBody ? bytes : undefined);
}
