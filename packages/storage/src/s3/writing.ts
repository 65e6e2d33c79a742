import { type Source, verified } from '../source.ts';
import type { Condition } from '../storage.ts';
import type { Bucket } from './bucket.ts';
import type { Payload } from './request.ts';

/** One object on its way. */
export interface Writing {
  readonly key: string;
  /** Of the object: the key behind the bucket's prefix. */
  readonly name: string;
  readonly source: Source;
  readonly condition: Condition | undefined;
  readonly signal: AbortSignal | undefined;
}

export function objectHeaders(bucket: Bucket, key: string, source: Source): Readonly<Record<string, string>> {
  return { ...bucket.headers(key), 'x-amz-meta-sha256': source.sha256 };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export function checksumHeader(sha256: string): Readonly<Record<string, string>> {
  return { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') };
}

/** A range of the source whose digest is known. */
export function rangePayload(key: string, source: Source, start: number, end: number, sha256: string): Payload {
  return { size: end - start, sha256, chunks: () => verified(key, source.range(start, end), sha256) };
}
