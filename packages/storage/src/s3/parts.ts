import { createHash, type Hash } from 'node:crypto';
import { checkDigest, type Source } from '../source.ts';
import type { Bucket } from './bucket.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_PARTS = 10_000;

export interface Part {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Of servers without checksums this is the part's ETag. */
  readonly md5: string;
}

/** Reads the source once: what its parts are, and whether it is what it was. */
export async function measureParts(bucket: Bucket, key: string, source: Source): Promise<readonly Part[]> {
  const whole = createHash('sha256');
  const parts: Part[] = [];
  const size = partSize(bucket, source);
  for (let start = 0; start < source.size; start += size) {
    const end = Math.min(start + size, source.size);
    const [sha256, md5] = [createHash('sha256'), createHash('md5')];
    await feed(source.range(start, end), [whole, sha256, md5]);
    parts.push({ number: parts.length + 1, start, end, sha256: sha256.digest('hex'), md5: md5.digest('hex') });
  }
  checkDigest(key, whole.digest('hex'), source.sha256);
  return parts;
}

async function feed(chunks: AsyncIterable<Uint8Array>, hashes: readonly Hash[]): Promise<void> {
  for await (const chunk of chunks) for (const hash of hashes) hash.update(chunk);
}

/**
 * Follows from the content's digest: nothing else is known of an upload somebody began, and parts of another content that begins
 * with the same bytes must not pass for ours, as the digest in the object's metadata was given when it began.
 */
function partSize(bucket: Bucket, source: Source): number {
  const least = Math.max(bucket.partSize, Math.ceil(source.size / MAX_PARTS));
  return least + (Number.parseInt(source.sha256.slice(0, 12), 16) % least);
}
