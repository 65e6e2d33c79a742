import type { IncomingHttpHeaders } from 'node:http';
import { textOf } from './xml.ts';

/** What a server says at most, in characters. */
const MAX_MESSAGE = 200;

/** Answers of a status that says something else to everybody who speaks HTTP. */
const STATUS: Readonly<Record<string, number>> = { RequestTimeout: 408, InternalError: 500, SlowDown: 503, ServiceUnavailable: 503 };

/** A request that did not succeed. Without a status nothing was answered; the cause tells why. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number | undefined;
  /** S3's own word: `NoSuchBucket`. */
  readonly reason: string | undefined;
  /** Milliseconds the server asks to wait. */
  readonly retryAfter: number | undefined;
  constructor(
    message: string,
    facts: { readonly status?: number; readonly reason?: string; readonly retryAfter?: number; readonly cause?: unknown },
  ) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.status = facts.status;
    this.reason = facts.reason;
    this.retryAfter = facts.retryAfter;
  }
}

/** Whether the same request may succeed later. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof S3Error)) return false;
  const { status, retryAfter } = error;
  return status === undefined || status >= 500 || status === 408 || status === 429 || retryAfter !== undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `task` as in "write "a" to s3://bucket"; `secrets` are never repeated, whatever the server echoes. */
export function answerError(task: string, { status, headers, body }: Answer, secrets: readonly string[]): S3Error {
  const xml = body.toString('utf8');
  const reason = shown(textOf(xml, 'Code'), secrets);
  const said = shown(textOf(xml, 'Message'), secrets);
  const retryAfter = toMilliseconds(headers['retry-after']);
  const words = [`the server answers ${status}`, reason, said && `"${said}"`].filter(Boolean).join(' ');
  return new S3Error(`Cannot ${task}: ${words}`, {
    status: (reason && STATUS[reason]) || status,
    ...(reason && { reason }),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

function shown(text: string | undefined, secrets: readonly string[]): string | undefined {
  if (text === undefined || secrets.some((secret) => text.includes(secret))) return undefined;
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').slice(0, MAX_MESSAGE);
}

/** RFC 9110 10.2.3: seconds or a date. */
function toMilliseconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(time) ? Math.max(0, time) : undefined;
}
