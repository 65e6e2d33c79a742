import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An npm registry on the loopback: packuments, tarballs, dist-tags, one token. Strict where the real one is. */

interface Version {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly tarball: Buffer;
}

interface Package {
  readonly versions: Map<string, Version>;
  readonly tags: Map<string, string>;
}

export interface NpmFault {
  readonly status?: number;
  /** Carried out all the same. */
  readonly stored?: boolean;
  readonly reset?: 'before' | 'after';
}

export interface NpmServer {
  readonly url: string;
  /** As `PUT /@acme%2fcli 201`. */
  readonly log: string[];
  readonly packages: ReadonlyMap<string, Package>;
  fail(script: ((request: { readonly method: string; readonly path: string }) => NpmFault | undefined) | undefined): void;
  /** Behind everybody's back. */
  tag(name: string, tag: string, version: string | undefined): void;
  close(): Promise<void>;
}

type Answer = readonly [status: number, body?: object | Buffer];

export async function startNpmServer(token: string): Promise<NpmServer> {
  const packages = new Map<string, Package>();
  const log: string[] = [];
  let script: Parameters<NpmServer['fail']>[0];

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const fault = script?.({ method, path }) ?? {};
    if (fault.reset === 'before') return void request.socket.destroy();
    const carriesOut = fault.status === undefined || fault.stored === true;
    const truth = carriesOut ? answer(request, Buffer.concat(pieces)) : ([500] as const);
    if (fault.reset === 'after') return void request.socket.destroy();
    const [status, body = {}] = fault.status === undefined ? truth : [fault.status, { error: 'fault' }];
    log.push(`${method} ${path} ${status}`);
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    response.writeHead(status, {
      'content-type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json',
      'content-length': bytes.length,
    });
    response.end(bytes);
  }

  function answer({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Answer {
    const isAllowed = headers.authorization === `Bearer ${token}`;
    if (url === '/-/whoami') return isAllowed ? [200, { username: 'ci' }] : [401, { error: 'who' }];
    if (method !== 'GET' && !isAllowed) return [401, { error: 'who' }];
    const [, tagged, tag] = /^\/-\/package\/([^/]+)\/dist-tags\/([^/]+)$/.exec(url) ?? [];
    if (tagged !== undefined && tag !== undefined) return tagAnswer(method, decodeURIComponent(tagged), decodeURIComponent(tag), body);
    const [, owner, file] = /^\/(.+)\/-\/([^/]+\.tgz)$/.exec(url) ?? [];
    if (owner !== undefined && file !== undefined) return tarballAnswer(decodeURIComponent(owner), file);
    const name = decodeURIComponent(url.slice(1));
    if (method === 'PUT') return publish(name, JSON.parse(body.toString()));
    const found = packages.get(name);
    return found ? [200, packumentOf(name, found)] : [404, { error: 'not found' }];
  }

  function tagAnswer(method: string, name: string, tag: string, body: Buffer): Answer {
    const found = packages.get(name);
    if (!found) return [404];
    if (method === 'DELETE') return [found.tags.delete(tag) ? 200 : 404];
    const version: unknown = JSON.parse(body.toString());
    if (typeof version !== 'string' || !found.versions.has(version)) return [400, { error: 'no such version' }];
    found.tags.set(tag, version);
    return [201];
  }

  function tarballAnswer(name: string, file: string): Answer {
    const [, version] = /-(\d+\.\d+\.\d+(?:-[^/]+)?)\.tgz$/.exec(file) ?? [];
    const found = packages.get(name)?.versions.get(version ?? '');
    return found ? [200, found.tarball] : [404];
  }

  function publish(name: string, document: Record<string, unknown>): Answer {
    const [version, manifest] = Object.entries(document.versions as Record<string, Record<string, unknown>>)[0] ?? ['', {}];
    const [attachment] = Object.values(document._attachments as Record<string, { data: string; length: number }>);
    const tarball = Buffer.from(attachment?.data ?? '', 'base64');
    const dist = manifest.dist as { integrity: string; shasum: string };
    const isWhole =
      document.name === name &&
      manifest.name === name &&
      tarball.length === attachment?.length &&
      dist.integrity === `sha512-${createHash('sha512').update(tarball).digest('base64')}` &&
      dist.shasum === createHash('sha1').update(tarball).digest('hex');
    if (!isWhole || Object.keys((document['dist-tags'] ?? {}) as object).length === 0) return [400, { error: 'this is no package' }];
    const found = packages.get(name) ?? { versions: new Map<string, Version>(), tags: new Map<string, string>() };
    if (found.versions.has(version)) return [403, { error: `You cannot publish over the previously published versions: ${version}.` }];
    found.versions.set(version, { manifest, tarball });
    for (const [tag, tagged] of Object.entries(document['dist-tags'] as Record<string, string>)) found.tags.set(tag, tagged);
    packages.set(name, found);
    return [201, { ok: true }];
  }

  function packumentOf(name: string, { versions, tags }: Package): object {
    const all = [...versions].map(([version, { manifest }]) => {
      const tarball = `${base()}/${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
      return [version, { ...manifest, dist: { ...(manifest.dist as object), tarball } }];
    });
    return { name, 'dist-tags': Object.fromEntries(tags), versions: Object.fromEntries(all) };
  }

  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: base(),
    log,
    packages,
    fail: (next) => {
      script = next;
    },
    tag: (name, tag, version) => {
      if (version === undefined) packages.get(name)?.tags.delete(tag);
      else packages.get(name)?.tags.set(tag, version);
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
