import { readFileSync } from 'node:fs';
import type { OptionsKit, RegistryDefinition, Secret } from '@provisioning-dist/core';
import { fileStorage, openStorage, type Storage } from '@provisioning-dist/storage';

/** Where a repository is: a folder, a bucket or a server. */

export interface S3Place {
  readonly bucket: string;
  readonly endpoint: string;
  readonly prefix?: string | undefined;
  readonly region?: string | undefined;
  readonly addressing: 'path' | 'host';
  readonly accessKey: Secret;
  readonly secretKey: Secret;
  readonly sessionToken?: Secret | undefined;
  readonly ca?: string | undefined;
}

export interface SftpPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** From `/`, or from the user's own folder when it begins with `~/`. */
  readonly folder: string;
  readonly hostKey: string | Secret;
  readonly privateKey?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
  readonly password?: Secret | undefined;
  readonly agent?: string | undefined;
}

/** One of the three. */
export interface Place {
  /** Absolute. */
  readonly path?: string | undefined;
  readonly s3?: S3Place | undefined;
  readonly sftp?: SftpPlace | undefined;
}

type Field<Value> = ReturnType<RegistryDefinition<Value>['options']>;

export interface PlaceShape {
  readonly path: Field<string | undefined>;
  readonly s3: Field<S3Place | undefined>;
  readonly sftp: Field<SftpPlace | undefined>;
}

export function placeShape(kit: OptionsKit): PlaceShape {
  const { z, secret, path } = kit;
  const s3 = z.object({
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'it is no name of a bucket' }),
    endpoint: z.url({ protocol: /^https?$/ }).describe('Address of the service'),
    prefix: z.string().refine(isRelative, { error: 'it is no relative path' }).optional().describe('Folder in the bucket'),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .optional()
      .describe('Default us-east-1'),
    addressing: z.enum(['path', 'host']).default('path').describe("The bucket in the address's path or host"),
    ...{ accessKey: secret(), secretKey: secret(), sessionToken: secret().optional() },
    ca: path().optional().describe('Certificates trusted instead of the system, PEM'),
  });
  const sftp = z.object({
    host: z.string().regex(/^(?:[A-Za-z0-9._-]+|[0-9A-Fa-f:]+)$/, { error: 'it is no name or address of a host' }),
    port: z.int().min(1).max(65_535).default(22),
    user: z.string().regex(/^[^\s:@/]+$/, { error: "it is no user's name" }),
    folder: z.string().refine(isFolder, { error: 'it begins neither with "/" nor with "~/", or climbs' }),
    hostKey: z.union([z.string().min(1), secret()]).describe('Whom to trust: lines of known_hosts, a host key or a fingerprint, or a file of them'),
    ...{ privateKey: secret().optional(), passphrase: secret().optional(), password: secret().optional() },
    agent: path().optional().describe("Socket of an agent's"),
  });
  return {
    path: path().optional().describe('Folder published into'),
    s3: s3.optional().describe('Bucket published into') as unknown as PlaceShape['s3'],
    sftp: sftp.optional().describe('Server published into') as unknown as PlaceShape['sftp'],
  };
}

function isRelative(text: string): boolean {
  return /^[^/\\?#%]+(?:\/[^/\\?#%]+)*$/.test(text) && !climbs(text);
}

function isFolder(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return /^~?\//.test(text) && !/[\0-\x1f\x7f\\]/.test(text) && !climbs(text);
}

function climbs(text: string): boolean {
  return text.split('/').some((part) => part === '.' || part === '..');
}

const storages = new WeakMap<Place, Promise<Storage>>();

/** One storage for all effects of an instance. */
export function storageOf(place: Place): Promise<Storage> {
  const storage = storages.get(place) ?? open(place);
  storages.set(place, storage);
  return storage;
}

async function open({ path, s3, sftp }: Place): Promise<Storage> {
  if (path !== undefined) return fileStorage(path);
  if (s3) return await openS3(s3);
  if (sftp) return await openSftp(sftp);
  throw new TypeError('Cannot open a repository: it has no place');
}

async function openS3({ bucket, endpoint, prefix = '', region, addressing, ca, ...secrets }: S3Place): Promise<Storage> {
  const query = new URLSearchParams({ endpoint, addressing, ...(region !== undefined && { region }) });
  const credentials = async () => ({
    accessKeyId: await secrets.accessKey.reveal(),
    secretAccessKey: await secrets.secretKey.reveal(),
    ...(secrets.sessionToken && { sessionToken: await secrets.sessionToken.reveal() }),
  });
  const path = prefix === '' ? '' : `/${prefix.split('/').map(encodeURIComponent).join('/')}`;
  return await openStorage(`s3://${bucket}${path}?${query}`, {
    s3: { credentials, headers: headersOf, ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }) },
  });
}

/** Packages, indexes by their digest, metadata that has its digest in its name. */
const FIXED = /\.(?:deb|rpm)$|\/by-hash\/|(?:^|\/)repodata\/[0-9a-f]{64}-[^/]*$/;

/** What changes in place is asked for anew; what has its digest or version in its name is kept. */
function headersOf(key: string): Readonly<Record<string, string>> {
  return { 'cache-control': FIXED.test(key) ? 'public, max-age=31536000, immutable' : 'no-cache' };
}

async function openSftp({ host, port, user, folder, hostKey, privateKey, passphrase, password, agent }: SftpPlace): Promise<Storage> {
  const name = host.includes(':') ? `[${host}]` : host;
  const path = folder.replace(/^~\//, '/~/').split('/').map(encodeURIComponent).join('/');
  return await openStorage(`sftp://${encodeURIComponent(user)}@${name}:${port}${path}`, {
    sftp: {
      hostKey: typeof hostKey === 'string' ? hostKey : await hostKey.reveal(),
      ...(privateKey && { privateKey: privateKey.reveal }),
      ...(passphrase && { passphrase: passphrase.reveal }),
      ...(password && { password: password.reveal }),
      ...(agent !== undefined && { agent }),
    },
  });
}
