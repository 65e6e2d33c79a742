import { fileURLToPath } from 'node:url';
import { fileStorage } from './file.ts';
import type { S3Options } from './s3.ts';
import type { SftpOptions } from './sftp.ts';
import type { Storage } from './storage.ts';

/** What places ask for before they let anybody in. Drivers are loaded, and functions called, only for the place that is opened. */
export interface StorageAccess {
  readonly s3?: Pick<S3Options, 'credentials'> & Partial<Pick<S3Options, 'ca' | 'headers' | 'partSize' | 'parallel'>>;
  readonly sftp?: Pick<SftpOptions, 'hostKey'> & Partial<Pick<SftpOptions, 'privateKey' | 'passphrase' | 'password' | 'agent'>>;
}

/**
 * The storage at a location: `file:///srv/releases`, `sftp://user@host:2222/srv/releases` (`/~/releases` below the user's own
 * folder), `s3://bucket/prefix?endpoint=https://storage.example.com&region=eu-west-1&addressing=host`. Locations hold no passwords.
 */
export async function openStorage(location: string, access: StorageAccess = {}): Promise<Storage> {
  const url = URL.parse(location);
  // The text is not told: it may be a password in the wrong place.
  if (!url) throw new TypeError('Cannot open a storage: its location is no URL');
  if (url.password) throw new TypeError(`Cannot open the storage on "${url.host}": its URL holds a password`);
  if (url.hash) throw new TypeError(`Cannot open the storage on "${url.host}": its URL has a fragment`);
  if (url.protocol === 'file:') return openFile(url);
  if (url.protocol === 'sftp:') return await openSftp(url, access.sftp);
  if (url.protocol === 's3:') return await openS3(url, access.s3);
  throw new TypeError(`Cannot open a storage of "${url.protocol}": it is none of file:, sftp: and s3:`);
}

function openFile(url: URL): Storage {
  checkQuery(url, []);
  return fileStorage(fileURLToPath(url));
}

async function openSftp(url: URL, access: StorageAccess['sftp']): Promise<Storage> {
  checkQuery(url, []);
  if (!access) throw new TypeError(`Cannot open the storage on "${url.host}": nothing is known of its host key and how to log in`);
  if (!url.username) throw new TypeError(`Cannot open the storage on "${url.host}": its URL names no user`);
  const { sftpStorage } = await import('./sftp.ts');
  return sftpStorage({
    ...access,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    user: decoded(url, url.username),
    root: decoded(url, url.pathname).replace(/^\/~\/?/, '') || '/',
    ...(url.port && { port: Number(url.port) }),
  });
}

async function openS3(url: URL, access: StorageAccess['s3']): Promise<Storage> {
  checkQuery(url, ['endpoint', 'region', 'addressing']);
  if (url.username || url.port) throw new TypeError(`Cannot open the bucket "${url.hostname}": its URL has a user or a port`);
  if (!access) throw new TypeError(`Cannot open the bucket "${url.hostname}": there are no credentials for it`);
  const { endpoint, region, addressing } = Object.fromEntries(url.searchParams);
  if (!endpoint) throw new TypeError(`Cannot open the bucket "${url.hostname}": its URL has no "endpoint"`);
  if (addressing !== undefined && addressing !== 'path' && addressing !== 'host')
    throw new TypeError(`Cannot open the bucket "${url.hostname}": "addressing" is neither path nor host`);
  const { s3Storage } = await import('./s3.ts');
  const prefix = decoded(url, url.pathname.slice(1));
  return s3Storage({
    ...access,
    endpoint,
    bucket: url.hostname,
    ...(prefix && { prefix }),
    ...(region && { region }),
    ...(addressing && { addressing }),
  });
}

function checkQuery(url: URL, names: readonly string[]): void {
  const seen = [...url.searchParams.keys()];
  const wrong = seen.find((name, index) => !names.includes(name) || seen.indexOf(name) !== index);
  if (wrong !== undefined)
    throw new TypeError(`Cannot open the storage at "${url.protocol}//${url.hostname}": "${wrong}" in its URL is unknown or there twice`);
}

function decoded(url: URL, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new TypeError(`Cannot open the storage on "${url.hostname}": its URL has a percent sign that begins no character`, { cause });
  }
}
