import { checkPrefix, isObjectKey } from '../key.ts';
import type { StoredObject } from '../storage.ts';
import type { Bucket } from './bucket.ts';
import { send } from './request.ts';
import { etagOf } from './stat.ts';
import { elementsOf, textOf } from './xml.ts';

/** By the order of the keys' bytes, in which S3 lists. Digests are not in its lists. */
export async function* list(bucket: Bucket, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<StoredObject> {
  checkPrefix(prefix);
  let last = '';
  for await (const page of pages(bucket, bucket.prefix + prefix, signal)) {
    for (const object of objectsOf(page, bucket.prefix)) {
      if (Buffer.compare(Buffer.from(last), Buffer.from(object.key)) > 0) throw outOfOrder(bucket, last, object.key);
      last = object.key;
      if (isObjectKey(object.key)) yield object;
    }
  }
}

async function* pages(bucket: Bucket, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const first = { 'list-type': '2', 'encoding-type': 'url', prefix };
  for (let token: string | undefined = ''; token !== undefined; ) {
    const query = { ...first, ...(token && { 'continuation-token': token }) };
    const answer = await send(bucket, { method: 'GET', task: 'list objects', query, signal });
    const xml = answer.body.toString('utf8');
    yield xml;
    token = textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : undefined;
  }
}

function objectsOf(xml: string, prefix: string): readonly StoredObject[] {
  const isEncoded = textOf(xml, 'EncodingType') === 'url';
  return elementsOf(xml, 'Contents').map((content) => {
    const text = textOf(content, 'Key') ?? '';
    const name = isEncoded ? decodeURIComponent(text.replaceAll('+', ' ')) : text;
    return { key: name.slice(prefix.length), size: Number(textOf(content, 'Size')), etag: etagOf(textOf(content, 'ETag')) };
  });
}

/** Directory buckets of Amazon, for one. */
function outOfOrder(bucket: Bucket, last: string, key: string): Error {
  return new Error(`Cannot list ${bucket.label}: its server lists "${key}" after "${last}", not in the order of bytes`);
}
