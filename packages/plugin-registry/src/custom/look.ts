import { createHash } from 'node:crypto';
import { DistError, type HttpResponse } from '@provisioning-dist/core';
import { strongTag, tagIsDigest, toldDigest } from './digest-field.ts';
import { type Asking, ask } from './request.ts';

/** What is at an address, compared with what should be. `unknown`: something is, and nobody tells what. */
export type Seen =
  | { readonly is: 'absent' }
  | { readonly is: 'same' | 'different' | 'unknown'; readonly found: string; readonly etag?: string | undefined };

export interface Wanted {
  readonly size: number;
  readonly sha256: string;
  /** Read however long it is: what we began ourselves is worth being sure of. */
  readonly whole?: boolean;
}

/** 410 is a 404 that remembers. */
const ABSENT: readonly number[] = [404, 410];

/** What a server may say beside content: pages that tell that there is none. */
const PAGE = 1024 * 1024;

/** Servers that do not know HEAD. */
const NO_HEAD: readonly number[] = [405, 501];

/** By a digest the server tells, else by the content itself: equal sizes mean nothing. */
export async function look(asking: Asking, url: string, wanted: Wanted): Promise<Seen> {
  const { probe } = asking.options;
  if (probe === false) return { is: 'unknown', found: 'not looked at' };
  if (probe.method === 'GET') return await read(asking, url, wanted);
  const answer = await ask(asking, url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' }, accept: [...ABSENT, ...NO_HEAD] });
  if (ABSENT.includes(answer.status)) return { is: 'absent' };
  if (NO_HEAD.includes(answer.status)) return await read(asking, url, wanted);
  return judged(answer, wanted, probe.header) ?? (await read(asking, url, wanted));
}

/** From the headers alone; undefined when they do not say enough. */
function judged(answer: HttpResponse, { size, sha256 }: Wanted, named: string | undefined): Seen | undefined {
  const etag = strongTag(answer.headers.etag);
  if (tagIsDigest(answer, sha256)) return { is: 'same', found: `sha256 ${sha256}`, etag };
  // Of what is packed for the way, digest and length are those of the package.
  if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') return undefined;
  const digest = toldDigest(answer, named);
  if (digest !== undefined) return { is: digest === sha256 ? 'same' : 'different', found: `sha256 ${digest}`, etag };
  const length = answer.headers['content-length'];
  return length !== undefined && Number(length) !== size ? { is: 'different', found: `${length} bytes`, etag } : undefined;
}

async function read(asking: Asking, url: string, { size, sha256, whole = false }: Wanted): Promise<Seen> {
  const { probe } = asking.options;
  if (probe === false || (size > probe.limit && !whole)) return await unread(asking, url);
  const digest = await contentDigest(asking, url, { limit: size });
  if (digest === undefined) return { is: 'absent' };
  return {
    is: digest.sha256 === sha256 ? 'same' : 'different',
    found: digest.sha256 ? `sha256 ${digest.sha256}` : `more than ${size} bytes`,
    etag: digest.etag,
  };
}

async function unread(asking: Asking, url: string): Promise<Seen> {
  const { status } = await ask(asking, url, { method: 'HEAD', accept: [...ABSENT, ...NO_HEAD] });
  return ABSENT.includes(status) ? { is: 'absent' } : { is: 'unknown', found: 'too long to be read' };
}

export interface Content {
  /** Undefined when it is longer than the limit. */
  readonly sha256: string | undefined;
  readonly etag?: string | undefined;
}

/** Of the bytes a GET gives; undefined when there is nothing. */
export async function contentDigest(
  asking: Asking,
  url: string,
  { limit, anonymous = false }: { readonly limit: number; readonly anonymous?: boolean },
): Promise<Content | undefined> {
  try {
    const answer = await ask(asking, url, { headers: { 'accept-encoding': 'identity' }, accept: ABSENT, maxBytes: Math.max(limit, PAGE), anonymous });
    if (ABSENT.includes(answer.status)) return undefined;
    const etag = strongTag(answer.headers.etag);
    return { sha256: answer.bytes.length > limit ? undefined : createHash('sha256').update(answer.bytes).digest('hex'), etag };
  } catch (error) {
    if (error instanceof DistError && error.code === 'http-too-large') return { sha256: undefined };
    throw error;
  }
}
