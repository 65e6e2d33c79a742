import type { IncomingHttpHeaders } from 'node:http';
import type { Stat } from '../storage.ts';
import { type Bucket, objectName } from './bucket.ts';
import { send } from './request.ts';

export async function stat(bucket: Bucket, key: string, signal: AbortSignal | undefined): Promise<Stat | undefined> {
  const answer = await send(bucket, { method: 'HEAD', task: `look up "${key}"`, name: objectName(bucket, key), expect: [404], signal });
  if (answer.status === 404) return undefined;
  return statOf(answer.headers);
}

/** The digest is what its writer said of it. */
export function statOf(headers: IncomingHttpHeaders): Stat {
  const sha256 = `${headers['x-amz-meta-sha256'] ?? ''}`;
  return { size: Number(headers['content-length']), etag: etagOf(headers.etag), ...(/^[0-9a-f]{64}$/.test(sha256) && { sha256 }) };
}

/** Without quotes, which some servers leave out of their lists. */
export function etagOf(etag: string | undefined): string {
  if (!etag) throw new Error('Cannot use the S3 server: it gives its objects no ETag');
  return etag.replace(/^"(.*)"$/, '$1');
}
