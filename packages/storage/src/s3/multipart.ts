import { PreconditionFailed } from '../storage.ts';
import type { Bucket } from './bucket.ts';
import { conditionHeaders } from './condition.ts';
import { mayPass, S3Error } from './error.ts';
import { inParallel } from './parallel.ts';
import { measureParts, type Part } from './parts.ts';
import { send, toPayload } from './request.ts';
import { etagOf, stat } from './stat.ts';
import { findUpload, type SentPart, type Upload } from './upload.ts';
import { checksumHeader, objectHeaders, rangePayload, type Writing } from './writing.ts';
import { escapeXml, textOf } from './xml.ts';

/** Continues an upload of the same content if there is one. What fails for now stays for the next attempt; else it is removed. */
export async function putParts(bucket: Bucket, writing: Writing): Promise<string> {
  const { key, source, signal } = writing;
  await checkEarly(bucket, writing);
  const parts = await measureParts(bucket, key, source);
  const found = await findUpload(bucket, writing, parts);
  if (!found) return await finish(bucket, writing, parts, await begin(bucket, writing));
  try {
    return await finish(bucket, writing, parts, found);
  } catch (error) {
    // somebody else ended it, or the server forgot it
    if (!isStale(error)) throw error;
    signal?.throwIfAborted();
    return await finish(bucket, writing, parts, await begin(bucket, writing));
  }
}

/** The server checks the condition when all parts are there, which would be late to learn it. */
async function checkEarly(bucket: Bucket, { key, condition, signal }: Writing): Promise<void> {
  if (!condition) return;
  const found = await stat(bucket, key, signal);
  if (found?.etag !== (condition === 'absent' ? undefined : condition.etag)) throw new PreconditionFailed(key, found);
}

function isStale(error: unknown): boolean {
  return error instanceof S3Error && (error.reason === 'NoSuchUpload' || error.reason === 'InvalidPart');
}

async function begin(bucket: Bucket, { key, name, source, signal }: Writing): Promise<Upload> {
  const headers = { ...objectHeaders(bucket, key, source), 'x-amz-checksum-algorithm': 'SHA256' };
  const answer = await send(bucket, { method: 'POST', task: `write "${key}"`, name, query: { uploads: '' }, headers, signal });
  const id = textOf(answer.body.toString('utf8'), 'UploadId');
  if (!id) throw new Error(`Cannot write "${key}" to ${bucket.label}: the server began an upload without a name`);
  return { id, sent: new Map() };
}

async function finish(bucket: Bucket, writing: Writing, parts: readonly Part[], upload: Upload): Promise<string> {
  const { signal } = writing;
  try {
    const missing = parts.filter(({ number }) => !upload.sent.has(number));
    await inParallel(missing, { bound: bucket.parallel, signal }, async (part, either) => {
      upload.sent.set(part.number, await sendPart(bucket, writing, upload, part, either));
    });
    return await complete(bucket, writing, upload);
  } catch (error) {
    if (!signal?.aborted && !mayPass(error)) await abandon(bucket, writing, upload);
    throw error;
  }
}

async function sendPart(bucket: Bucket, { key, name, source }: Writing, { id }: Upload, part: Part, signal: AbortSignal): Promise<SentPart> {
  const { number, start, end, sha256 } = part;
  const { headers } = await send(bucket, {
    method: 'PUT',
    task: `write part ${number} of "${key}"`,
    name,
    query: { partNumber: `${number}`, uploadId: id },
    headers: checksumHeader(sha256),
    payload: rangePayload(key, source, start, end, sha256),
    signal,
  });
  return { etag: etagOf(headers.etag), checksum: headers['x-amz-checksum-sha256']?.toString() };
}

async function complete(bucket: Bucket, { key, name, condition, signal }: Writing, { id, sent }: Upload): Promise<string> {
  const { body } = await send(bucket, {
    method: 'POST',
    task: `write "${key}"`,
    name,
    query: { uploadId: id },
    headers: conditionHeaders(condition),
    payload: toPayload(completion(sent)),
    signal,
  });
  return etagOf(textOf(body.toString('utf8'), 'ETag'));
}

function completion(sent: ReadonlyMap<number, SentPart>): string {
  const parts = [...sent].sort(([a], [b]) => a - b).map(([number, part]) => partElement(number, part));
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
}

function partElement(number: number, { etag, checksum }: SentPart): string {
  const digest = checksum ? `<ChecksumSHA256>${escapeXml(checksum)}</ChecksumSHA256>` : '';
  return `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(`"${etag}"`)}</ETag>${digest}</Part>`;
}

/** Parts of an upload nobody ends are kept, and charged, until somebody removes them. */
async function abandon(bucket: Bucket, { key, name }: Writing, { id }: Upload): Promise<void> {
  const call = { method: 'DELETE', task: `abandon the upload of "${key}"`, name, query: { uploadId: id }, signal: undefined } as const;
  // Why it is abandoned is what the caller must hear.
  await send(bucket, call).catch(() => undefined);
}
