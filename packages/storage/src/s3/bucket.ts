import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { checkKey, checkObjectKey } from '../key.ts';

/** Milliseconds after which an idle connection is closed, before servers do so (the earliest after 5 s) under a request. */
const IDLE = 4000;

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Options {
  /** Of the service, `https://storage.example.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Begins every object's name, as a folder: `releases` keeps `a` as `releases/a`. */
  readonly prefix?: string;
  /** `us-east-1` by default, which most services but Amazon's take. */
  readonly region?: string;
  /** The bucket in the URL's path (default) or before its host. */
  readonly addressing?: 'path' | 'host';
  /** Asked for every request; whoever answers may keep them until they expire. */
  readonly credentials: () => Promise<S3Credentials>;
  /** Certificates in PEM, trusted instead of the system's. */
  readonly ca?: string;
  /** Further headers of what is stored: content-type, cache-control, x-amz-acl. */
  readonly headers?: (key: string) => Readonly<Record<string, string>>;
  /** Bytes. Larger objects than twice that go in parts of at least that, at most twice that; services take 5 MiB or more. */
  readonly partSize?: number;
  /** Parts of one object sent at the same time. */
  readonly parallel?: number;
}

/** A bucket as the rest of this folder sees it. */
export interface Bucket {
  readonly label: string;
  readonly region: string;
  /** With the bucket, without a slash at its end. */
  readonly url: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly credentials: () => Promise<S3Credentials>;
  readonly headers: (key: string) => Readonly<Record<string, string>>;
  readonly partSize: number;
  readonly parallel: number;
  readonly agent: HttpAgent;
  /** Derived signing keys, which aws4fetch keeps per day. */
  readonly signingKeys: Map<string, ArrayBuffer>;
  /** Which conditions the server was seen to respect. */
  readonly respected: Map<string, Promise<void>>;
}

export function toBucket(options: S3Options): Bucket {
  const { bucket, region = 'us-east-1', credentials, headers = () => ({}), partSize = 8 * 1024 * 1024, parallel = 4 } = options;
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, with the capitals and underscores of older ones
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(bucket) || bucket.includes('..'))
    throw new TypeError(`Cannot use bucket ${JSON.stringify(bucket)}: it has no bucket's name`);
  const prefix = options.prefix ? `${checkKey(options.prefix.replace(/\/$/, ''))}/` : '';
  const endpoint = checkEndpoint(options.endpoint);
  const settings = { keepAlive: true, timeout: IDLE };
  return {
    label: `s3://${bucket}/${prefix}`.replace(/\/$/, ''),
    region,
    url: options.addressing === 'host' ? inHost(endpoint, bucket) : `${plain(endpoint)}/${bucket}`,
    prefix,
    credentials,
    headers,
    partSize,
    parallel,
    agent: endpoint.protocol === 'https:' ? new HttpsAgent({ ...settings, ...(options.ca && { ca: options.ca }) }) : new HttpAgent(settings),
    signingKeys: new Map(),
    respected: new Map(),
  };
}

/** The object of a key; throws TypeError for a key that cannot have one. */
export function objectName(bucket: Bucket, key: string): string {
  checkObjectKey(key);
  // S3 counts the whole name
  checkKey(bucket.prefix + key);
  return bucket.prefix + key;
}

function checkEndpoint(text: string): URL {
  const url = URL.parse(text);
  // The text may hold a password: it is not told.
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('Cannot use the endpoint: it is no http(s) URL');
  if (url.username || url.password) throw new TypeError(`Cannot use the endpoint of host "${url.host}": it holds credentials`);
  if (url.search || url.hash) throw new TypeError(`Cannot use the endpoint of host "${url.host}": it has a query`);
  return url;
}

function plain(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

function inHost(url: URL, bucket: string): string {
  return plain(url).replace('//', `//${bucket}.`);
}
