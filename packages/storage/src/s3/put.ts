import { openSource } from '../source.ts';
import type { Body, Condition, Stat } from '../storage.ts';
import { type Bucket, objectName } from './bucket.ts';
import { checkRespected, conditionHeaders, toldRefusal } from './condition.ts';
import { putParts } from './multipart.ts';
import { send } from './request.ts';
import { etagOf } from './stat.ts';
import { checksumHeader, objectHeaders, rangePayload, type Writing } from './writing.ts';

/** In one request, or in parts when it is large. */
export async function put(bucket: Bucket, key: string, body: Body, condition: Condition | undefined, signal: AbortSignal | undefined): Promise<Stat> {
  signal?.throwIfAborted();
  const name = objectName(bucket, key);
  if ('symlink' in body) throw new Error(`Cannot store "${key}" in ${bucket.label}: it is a symbolic link, which S3 cannot hold`);
  const source = await openSource(key, body, signal);
  if (condition) await checkRespected(bucket, condition);
  const write = source.size > 2 * bucket.partSize ? putParts : putWhole;
  const writing = write(bucket, { key, name, source, condition, signal });
  const etag = await (condition ? toldRefusal(bucket, key, writing, signal) : writing);
  return { size: source.size, etag, sha256: source.sha256 };
}

async function putWhole(bucket: Bucket, { key, name, source, condition, signal }: Writing): Promise<string> {
  const { headers } = await send(bucket, {
    method: 'PUT',
    task: `write "${key}"`,
    name,
    headers: { ...objectHeaders(bucket, key, source), ...checksumHeader(source.sha256), ...conditionHeaders(condition) },
    payload: rangePayload(key, source, 0, source.size, source.sha256),
    signal,
  });
  return etagOf(headers.etag);
}
