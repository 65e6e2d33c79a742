import type { Bucket } from './bucket.ts';
import type { Part } from './parts.ts';
import { send } from './request.ts';
import { etagOf } from './stat.ts';
import { elementsOf, textOf } from './xml.ts';

/** What the server gave for a part it has; both are wanted back. */
export interface SentPart {
  readonly etag: string;
  /** Base64, from servers that know checksums. */
  readonly checksum: string | undefined;
}

/** A multipart upload under way. */
export interface Upload {
  readonly id: string;
  readonly sent: Map<number, SentPart>;
}

interface Wanted {
  readonly key: string;
  readonly name: string;
  readonly signal: AbortSignal | undefined;
}

/** An upload of the same content that somebody began and did not end. */
export async function findUpload(bucket: Bucket, wanted: Wanted, parts: readonly Part[]): Promise<Upload | undefined> {
  for (const id of await uploadsOf(bucket, wanted)) {
    const sent = await sentParts(bucket, wanted, id);
    if (sent.size > 0 && [...sent].every(([number, part]) => isSame(parts[number - 1], part))) return { id, sent };
  }
  return undefined;
}

interface ListedPart extends SentPart {
  readonly size: number;
}

function isSame(part: Part | undefined, { size, etag, checksum }: ListedPart): boolean {
  if (!part || size !== part.end - part.start) return false;
  return checksum ? checksum === Buffer.from(part.sha256, 'hex').toString('base64') : etag === part.md5;
}

/** Newest first. */
async function uploadsOf(bucket: Bucket, { key, name, signal }: Wanted): Promise<readonly string[]> {
  const ids: string[] = [];
  let query: Record<string, string> = {};
  do {
    const xml = await listUploads(bucket, key, { uploads: '', prefix: name, ...query }, signal);
    const uploads = elementsOf(xml, 'Upload').filter((upload) => textOf(upload, 'Key') === name);
    ids.push(...uploads.map((upload) => textOf(upload, 'UploadId') ?? ''));
    query = { 'key-marker': textOf(xml, 'NextKeyMarker') ?? '', 'upload-id-marker': textOf(xml, 'NextUploadIdMarker') ?? '' };
    if (textOf(xml, 'IsTruncated') !== 'true') query = {};
  } while (query['key-marker']);
  return ids.reverse();
}

/** Who may write need not be allowed to list uploads, and not every server can: then nothing is resumed. */
async function listUploads(bucket: Bucket, key: string, query: Record<string, string>, signal: AbortSignal | undefined): Promise<string> {
  const expect = [400, 403, 405, 501];
  const answer = await send(bucket, { method: 'GET', task: `look for unfinished uploads of "${key}"`, query, expect, signal });
  return answer.status < 300 ? answer.body.toString('utf8') : '';
}

async function sentParts(bucket: Bucket, { key, name, signal }: Wanted, uploadId: string): Promise<Map<number, ListedPart>> {
  const sent = new Map<number, ListedPart>();
  for (let marker = '0', isLast = false; !isLast; ) {
    const query = { uploadId, 'part-number-marker': marker };
    const answer = await send(bucket, { method: 'GET', task: `look up the parts of "${key}"`, name, query, expect: [404], signal });
    const xml = answer.body.toString('utf8');
    for (const part of elementsOf(xml, 'Part')) sent.set(Number(textOf(part, 'PartNumber')), toPart(part));
    const next = textOf(xml, 'NextPartNumberMarker') ?? marker;
    isLast = textOf(xml, 'IsTruncated') !== 'true' || next === marker;
    marker = next;
  }
  return sent;
}

function toPart(xml: string): ListedPart {
  return { size: Number(textOf(xml, 'Size')), etag: etagOf(textOf(xml, 'ETag')), checksum: textOf(xml, 'ChecksumSHA256') };
}
