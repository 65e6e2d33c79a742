import { setTimeout as sleep } from 'node:timers/promises';
import { DistError } from '../errors.ts';

/** What to do about an error from outside. */
export type Failure =
  /** May pass by itself. `certain`: the change surely was not made. */
  | { readonly kind: 'transient'; readonly certain: boolean }
  /** The other side asks to wait; nothing was changed. Milliseconds, when it says how long. */
  | { readonly kind: 'rate-limited'; readonly certain: true; readonly retryAfter: number | undefined }
  | { readonly kind: 'permanent'; readonly certain: boolean };

/** No connection was made. */
const UNREACHED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** The connection broke; the change may have been made. */
const BROKEN: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ERR_HTTP2_STREAM_ERROR',
]);

export interface RetryPolicy {
  /** Attempts for transient errors. */
  readonly tries: number;
  /** Milliseconds: the first wait is up to `base`, each further one up to twice the last, at most `cap`. */
  readonly base: number;
  readonly cap: number;
  /** Milliseconds to wait for rate limits altogether. */
  readonly patience: number;
}

export const RETRY: RetryPolicy = { tries: 6, base: 1000, cap: 60_000, patience: 600_000 };

/** Reads `code`, `status` and `retryAfter` (milliseconds) from the error, its `data`, or its causes. */
export function classifyFailure(error: unknown): Failure {
  const status = fact(error, 'status', isNumber) ?? fact(error, 'statusCode', isNumber);
  const retryAfter = fact(error, 'retryAfter', isNumber);
  if (status === 429 || (status === 403 && retryAfter !== undefined)) return { kind: 'rate-limited', certain: true, retryAfter };
  if (status === 503 && retryAfter !== undefined) return { kind: 'rate-limited', certain: true, retryAfter };
  if (status !== undefined) return ofStatus(status);
  // A conditional write that did not write.
  if (fact(error, 'name', isString) === 'PreconditionFailed') return { kind: 'permanent', certain: true };
  if (fact(error, 'name', isString) === 'TimeoutError') return { kind: 'transient', certain: false };
  return ofCode(fact(error, 'code', isString));
}

function ofStatus(status: number): Failure {
  // RFC 9110 15.5.9: a server that gave up waiting for the request
  if (status >= 500 || status === 408) return { kind: 'transient', certain: false };
  return { kind: 'permanent', certain: status >= 400 };
}

function ofCode(code: string | undefined): Failure {
  if (UNREACHED.has(code)) return { kind: 'transient', certain: true };
  if (BROKEN.has(code)) return { kind: 'transient', certain: false };
  return { kind: 'permanent', certain: false };
}

/** The first value of that name on the way from the error through its causes. */
function fact<Value>(error: unknown, name: string, is: (value: unknown) => value is Value): Value | undefined {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; at = (at as { cause?: unknown }).cause, depth++) {
    const own = (at as Record<string, unknown>)[name];
    if (is(own) && !(at instanceof DistError)) return own;
    const data = at instanceof DistError ? at.data?.[name] : undefined;
    if (is(data)) return data;
  }
  return undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** Full jitter: anything from nothing to the bound, so that many who failed together do not come back together. */
export function backOff(attempt: number, policy: RetryPolicy, random: () => number): number {
  return random() * Math.min(policy.cap, policy.base * 2 ** (attempt - 1));
}

export interface Retry {
  readonly attempt: number;
  /** Milliseconds. */
  readonly delay: number;
  readonly error: unknown;
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  /** Whether a change that may have been made can be tried again. */
  readonly repeatable: boolean;
  readonly onRetry?: (retry: Retry) => void;
  readonly random?: () => number;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Calls until it succeeds, the error is permanent, or patience ends; then throws the last error. */
export async function withRetry<Result>(call: (attempt: number) => Promise<Result>, options: RetryOptions): Promise<Result> {
  let waited = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      options.signal.throwIfAborted();
      return await call(attempt);
    } catch (error) {
      const delay = delayAfter(error, attempt, waited, options);
      if (delay === undefined) throw error;
      if (classifyFailure(error).kind === 'rate-limited') waited += delay;
      options.onRetry?.({ attempt, delay, error });
      await (options.wait ?? pause)(delay, options.signal);
    }
  }
}

function delayAfter(error: unknown, attempt: number, waited: number, options: RetryOptions): number | undefined {
  const failure = classifyFailure(error);
  const { policy, signal, repeatable, random = Math.random } = options;
  if (signal.aborted || failure.kind === 'permanent' || !(failure.certain || repeatable)) return undefined;
  if (failure.kind === 'transient') return attempt < policy.tries ? backOff(attempt, policy, random) : undefined;
  const delay = failure.retryAfter ?? Math.min(policy.cap, policy.base * 2 ** attempt);
  return waited + delay <= policy.patience ? delay : undefined;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}
