import { createHash } from 'node:crypto';
import { type Bucket, objectName, type S3Options, toBucket } from './s3/bucket.ts';
import { isRefusal } from './s3/condition.ts';
import { S3Error } from './s3/error.ts';
import { list } from './s3/list.ts';
import { put } from './s3/put.ts';
import { send } from './s3/request.ts';
import { stat, statOf } from './s3/stat.ts';
import { PreconditionFailed, type Stat, type Storage } from './storage.ts';

export type { S3Credentials, S3Options } from './s3/bucket.ts';
export type { S3Error } from './s3/error.ts';

type Signal = AbortSignal | undefined;

/**
 * Objects in a bucket of Amazon S3 or a service that speaks its protocol. Nothing is tried twice. Large objects go in parts, and
 * what is left of an interrupted upload of the same content is continued. A server that ignores conditions is found out by the
 * first conditional write, which then fails.
 */
export function s3Storage(options: S3Options): Storage {
  const bucket = toBucket(options);
  return {
    label: bucket.label,
    get: (key, { signal } = {}) => get(bucket, key, signal),
    stat: (key, { signal } = {}) => stat(bucket, key, signal),
    put: (key, body, { signal } = {}) => put(bucket, key, body, undefined, signal),
    putIf: (key, body, condition, { signal } = {}) => put(bucket, key, body, condition, signal),
    delete: (key, { signal, etag } = {}) => remove(bucket, key, etag, signal),
    list: (prefix, { signal } = {}) => list(bucket, prefix, signal),
    check: ({ signal } = {}) => check(bucket, signal),
    close: async () => bucket.agent.destroy(),
  };
}

/** An absent object looks like an absent bucket to HEAD. Who may not list may still write. */
async function check(bucket: Bucket, signal: Signal): Promise<void> {
  const query = { 'list-type': '2', 'max-keys': '1', prefix: bucket.prefix };
  await send(bucket, { method: 'GET', task: 'list objects', query, expect: [403], signal });
}

async function get(bucket: Bucket, key: string, signal: Signal): Promise<(Stat & { readonly bytes: Uint8Array }) | undefined> {
  const answer = await send(bucket, { method: 'GET', task: `read "${key}"`, name: objectName(bucket, key), expect: [404], signal });
  if (answer.status === 404) return undefined;
  const sha256 = createHash('sha256').update(answer.body).digest('hex');
  return { ...statOf(answer.headers), size: answer.body.length, sha256, bytes: answer.body };
}

/** The condition is checked before and, by servers that can, as it is deleted. */
async function remove(bucket: Bucket, key: string, etag: string | undefined, signal: Signal): Promise<void> {
  const name = objectName(bucket, key);
  const call = { method: 'DELETE', task: `delete "${key}"`, name, expect: [404], signal } as const;
  if (etag === undefined) {
    await send(bucket, call);
    return;
  }
  const found = await stat(bucket, key, signal);
  if (!found) return;
  if (found.etag !== etag) throw new PreconditionFailed(key, found);
  await send(bucket, { ...call, headers: { 'if-match': `"${etag}"` } }).catch(async (error) => {
    if (isRefusal(error)) throw new PreconditionFailed(key, await stat(bucket, key, signal));
    if (!(error instanceof S3Error && error.status === 501)) throw error;
    await send(bucket, call);
  });
}
