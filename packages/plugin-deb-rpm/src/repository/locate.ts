import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Place } from './place.ts';

/** The address of an object, where the repository has one. */
export function addressOf({ url, path }: Place & { readonly url?: string | undefined }, key: string): string | undefined {
  if (url !== undefined) return `${url.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return path === undefined ? undefined : pathToFileURL(join(path, key)).href;
}
