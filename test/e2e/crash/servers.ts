import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type FaultScript, startServer, type TestServer } from '@provisioning-dist/core/testing';
import { type S3FaultHook, type S3Server, startS3Server } from '../../../packages/storage/test/s3-server.ts';
import { type SftpServer, SSHD, startSftpServer } from '../../../packages/storage/test/sftp-server.ts';
import { startSsh2Server } from '../../../packages/storage/test/ssh2-server.ts';
import { sha256 } from '../project.ts';

/** Three registries on the loopback: an HTTP server, a bucket, and SFTP by OpenSSH where that is installed. */
export interface Servers {
  readonly web: TestServer;
  readonly bucket: S3Server;
  readonly files: SftpServer;
  /** A corner of all three that nobody else uses. */
  readonly place: () => Place;
  readonly close: () => Promise<void>;
}

/** A corner of every server, where one project publishes. */
export interface Place {
  readonly prefix: string;
  /** The section of the configuration. */
  readonly publish: string;
  readonly env: Readonly<Record<string, string>>;
  /** What is there: a line per object of each server, with its digest. The stored journal is left out. */
  readonly state: () => readonly string[];
  /**
   * The changes that were asked for and made, sorted. Those of the stored journal are left out, and the object that tells whether a bucket
   * heeds conditions, put and taken away again. SFTP keeps no log.
   */
  readonly changes: () => readonly string[];
  /** All requests that could change something, made or not, the stored journal included. */
  readonly unsafe: () => number;
  /** What of `state` everybody is pointed to. */
  readonly pointers: () => readonly string[];
  readonly forgetJournal: () => Promise<void>;
}

const PASSWORD = 'canary-7Q+x/2';
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);

export async function startServers(): Promise<Servers> {
  const web = await startServer({ auth: { user: 'me', password: PASSWORD, for: 'unsafe' } });
  const bucket = await startS3Server();
  const files = existsSync(SSHD) ? await startSftpServer() : await startSsh2Server();
  const { accessKeyId, secretAccessKey } = await bucket.credentials();
  const env = { WEB_PASSWORD: PASSWORD, ACCESS: accessKeyId, SECRET: secretAccessKey, SFTP_KEY: files.privateKey };
  let count = 0;
  return {
    ...{ web, bucket, files },
    place: () => placeAt({ web, bucket, files, env }, `p${count++}`),
    close: async () => {
      await Promise.all([web.close(), bucket.close(), files.close()]);
    },
  };
}

type Ends = Pick<Servers, 'web' | 'bucket' | 'files'> & Pick<Place, 'env'>;

function placeAt(ends: Ends, prefix: string): Place {
  const { web, bucket, files, env } = ends;
  const root = join(files.root, prefix);
  const state = (): readonly string[] => [
    ...[...web.objects()].filter(([path]) => isHere(path)).map(([path, object]) => `web ${path.slice(1 + prefix.length)} ${object.sha256}`),
    ...[...bucket.objects()].filter(([key]) => isHere(key)).map(([key, { bytes }]) => `bucket ${key.slice(prefix.length)} ${hash(bytes)}`),
    ...[...bucket.uploads.values()].filter(({ key }) => isHere(key)).map(({ key }) => `bucket unfinished ${key}`),
    ...filesBelow(root).map((path) => `files /${path} ${sha256(join(root, path))}`),
  ];
  const isHere = (path: string): boolean => path.replace(/^\//, '').startsWith(`${prefix}/`);
  const withoutJournal = (lines: readonly string[]): readonly string[] => lines.filter((line) => !line.includes('/.journal')).toSorted();
  const made = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;
  return {
    ...{ prefix, env, publish: sectionOf(ends, prefix) },
    state: () => withoutJournal(state()),
    pointers: () => state().filter((line) => line.includes('/latest.json ')),
    changes: () =>
      withoutJournal([
        ...web
          .unsafe()
          .filter(({ path, status }) => isHere(path) && made(status))
          .map(({ method, path }) => `web ${method} ${path.slice(1 + prefix.length)}`),
        ...bucket.log
          .filter(({ method, key, status }) => isHere(key) && !SAFE.has(method) && made(status) && !key.endsWith('/.~condition'))
          .map(({ method, key }) => `bucket ${method} ${key.slice(prefix.length)}`),
      ]),
    unsafe: () =>
      web.unsafe().filter(({ path }) => isHere(path)).length + bucket.log.filter(({ method, key }) => isHere(key) && !SAFE.has(method)).length,
    forgetJournal: async () => {
      for (const path of web.objects().keys()) if (isHere(path) && path.includes('/.journal')) web.set(path, undefined);
      for (const path of filesBelow(root, true)) if (path.includes('/.journal')) rmSync(join(root, path));
    },
  };
}

function sectionOf({ web, bucket, files }: Ends, prefix: string): string {
  const at = (path: string): string => `${web.url}/${prefix}/{name}/${path}`;
  const publish = {
    web: {
      ...{ use: 'custom', url: at('{version}/{artifact}'), journal: at('{version}/.journal'), conditional: true, delete: {}, record: true },
      pointer: { url: at('{tag}.json'), body: { version: '{version}' } },
      auth: { basic: { user: 'me', password: { env: 'WEB_PASSWORD' } } },
    },
    bucket: {
      ...{ use: 's3', endpoint: bucket.url, bucket: bucket.bucket, region: bucket.region, prefix },
      ...{ accessKey: { env: 'ACCESS' }, secretKey: { env: 'SECRET' } },
    },
    files: {
      ...{ use: 'sftp', host: files.host, port: files.port, user: files.user, folder: join(files.root, prefix) },
      ...{ hostKey: files.hostKey, privateKey: { env: 'SFTP_KEY' } },
    },
  };
  // JSON is YAML
  return `publish: ${JSON.stringify(publish)}`;
}

function filesBelow(root: string, all = false): readonly string[] {
  if (!existsSync(root)) return [];
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(root, path)).isFile());
  return paths.filter((path) => all || !path.includes('/.journal'));
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Artifacts cannot be stored there any more. */
export function breakUploads({ web, bucket }: Servers, place: Place, id: 'web' | 'bucket'): void {
  const isUpload = (method: string, path: string): boolean => method === 'PUT' && path.includes(`${place.prefix}/`) && path.endsWith('.tar.gz');
  const script: FaultScript = ({ method, path }) => (isUpload(method, path) ? { status: 403, body: 'no' } : undefined);
  const hook: S3FaultHook = ({ method, key }) => (isUpload(method, key) ? { status: 403, code: 'AccessDenied' } : undefined);
  if (id === 'web') web.fail(script);
  else bucket.fault(hook);
}

export function mend({ web, bucket }: Servers): void {
  web.fail(undefined);
  bucket.fault(undefined);
}
