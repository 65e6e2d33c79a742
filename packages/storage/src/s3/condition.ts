import { RESERVED } from '../key.ts';
import { type Condition, PreconditionFailed } from '../storage.ts';
import type { Bucket } from './bucket.ts';
import { S3Error } from './error.ts';
import { send, toPayload } from './request.ts';
import { stat } from './stat.ts';

/** No object has it. */
const NO_ETAG = '00000000000000000000000000000000';

/** Writes of the probe that may succeed because somebody else, probing too, deletes it in between. */
const MAX_TRIES = 5;

export function conditionHeaders(condition: Condition | undefined): Readonly<Record<string, string>> {
  if (condition === undefined) return {};
  return condition === 'absent' ? { 'if-none-match': '*' } : { 'if-match': `"${condition.etag}"` };
}

/** Gives the write's answer on; throws PreconditionFailed when its condition did not hold. */
export async function toldRefusal(bucket: Bucket, key: string, write: Promise<string>, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await write;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new PreconditionFailed(key, await stat(bucket, key, signal));
  }
}

/**
 * 412 by its condition, 409 for another write at the same time, NoSuchKey when the object that must match is gone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof S3Error && (error.status === 412 || error.status === 409 || error.reason === 'NoSuchKey');
}

/**
 * Throws when the server ignores the condition and writes anyway, as many that speak S3 do without a word. Once for each bucket
 * and kind of condition it is given a write to refuse, of an object nobody else uses and which is gone afterwards.
 */
export async function checkRespected(bucket: Bucket, condition: Condition): Promise<void> {
  const kind = condition === 'absent' ? 'If-None-Match' : 'If-Match';
  const known = bucket.respected.get(kind) ?? probe(bucket, kind);
  bucket.respected.set(kind, known);
  try {
    await known;
  } catch (error) {
    bucket.respected.delete(kind);
    throw error;
  }
}

async function probe(bucket: Bucket, kind: 'If-None-Match' | 'If-Match'): Promise<void> {
  const isRespected = await (kind === 'If-Match' ? refusesOther(bucket) : refusesSecond(bucket));
  if (!isRespected) throw new Error(`Cannot write conditionally to ${bucket.label}: the server ignores or does not know ${kind}`);
}

async function refusesOther(bucket: Bucket): Promise<boolean> {
  const isRefused = !(await writes(bucket, { etag: NO_ETAG }));
  if (!isRefused) await removeProbe(bucket);
  return isRefused;
}

/** What was there already, left by a probe that was interrupted, refuses the first write. */
async function refusesSecond(bucket: Bucket): Promise<boolean> {
  let isRefused = false;
  for (let tries = 0; tries < MAX_TRIES && !isRefused; tries++) isRefused = !(await writes(bucket, 'absent'));
  await removeProbe(bucket);
  return isRefused;
}

/** Whether the server makes a write under the condition. One that answers 501 (not implemented) cannot be trusted to refuse either. */
async function writes(bucket: Bucket, condition: Condition): Promise<boolean> {
  const headers = conditionHeaders(condition);
  const call = {
    method: 'PUT',
    task: 'test conditional writes',
    name: probeName(bucket),
    headers,
    payload: toPayload(''),
    signal: undefined,
  } as const;
  try {
    await send(bucket, call);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    if (error instanceof S3Error && error.status === 501) return true;
    throw error;
  }
}

async function removeProbe(bucket: Bucket): Promise<void> {
  await send(bucket, { method: 'DELETE', task: 'remove a test object', name: probeName(bucket), expect: [404], signal: undefined });
}

function probeName(bucket: Bucket): string {
  return `${bucket.prefix}${RESERVED}condition`;
}
