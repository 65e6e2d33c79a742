import type { EffectContext, HttpRequest, HttpResponse } from '@provisioning-dist/core';
import type { NpmOptions } from './options.ts';

/** https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md */

export type Asking = Pick<EffectContext<NpmOptions>, 'options' | 'http' | 'signal'>;

export async function ask({ options, http, signal }: Asking, path: string, request: HttpRequest = {}): Promise<HttpResponse> {
  const token = await options.token?.reveal();
  const headers = { accept: 'application/json', ...request.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  return await http(`${base(options)}${path}`, { ...request, headers, signal });
}

export function base({ url }: Pick<NpmOptions, 'url'>): string {
  return url.replace(/\/+$/, '');
}

/** `@acme/cli` as one part of a path. */
export function escaped(name: string): string {
  return name.replace('/', '%2f');
}

/** Where the registry has the file of a version. */
export function tarballUrl(options: Pick<NpmOptions, 'url'>, name: string, version: string): string {
  return `${base(options)}/${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

/** What is known of one version. */
export interface Published {
  readonly integrity?: string | undefined;
  readonly shasum?: string | undefined;
  readonly tarball?: string | undefined;
}

export interface Packument {
  readonly versions: Readonly<Record<string, Published>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** The fields installers read; much shorter than the whole document. */
const ABBREVIATED = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8';

/** All a registry has of a package; undefined when it has none. */
export async function packument(asking: Asking, name: string): Promise<Packument | undefined> {
  // Caches in between must not hide what was published a moment ago.
  const headers = { accept: ABBREVIATED, 'cache-control': 'no-cache' };
  const answer = await ask(asking, `/${escaped(name)}`, { headers, accept: [404], maxBytes: 512 * 1024 * 1024 });
  return answer.status === 404 ? undefined : read(answer.json());
}

interface Document {
  readonly versions?: Readonly<Record<string, { readonly dist?: Readonly<Record<string, unknown>> }>>;
  readonly 'dist-tags'?: Readonly<Record<string, unknown>>;
}

function read(document: unknown): Packument {
  const { versions = {}, 'dist-tags': tags = {} } = (document ?? {}) as Document;
  const published = Object.entries(versions).map(([version, { dist = {} }]): [string, Published] => [
    version,
    { integrity: text(dist.integrity), shasum: text(dist.shasum), tarball: text(dist.tarball) },
  ]);
  const words = Object.entries(tags).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return { versions: Object.fromEntries(published), tags: Object.fromEntries(words) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
