import { setTimeout as sleep } from 'node:timers/promises';
import { DistError, type HttpResponse } from '@provisioning-dist/core';

/** Milliseconds before each further attempt, where the server names none. */
const PAUSES: readonly number[] = [500, 2_000, 5_000];
const LONGEST = 30_000;

/** Asks again while a server is not there or not well. */
export async function insist(signal: AbortSignal, ask: () => Promise<HttpResponse>): Promise<HttpResponse> {
  for (const pause of PAUSES) {
    try {
      return await ask();
    } catch (error) {
      if (!isTransient(error)) throw error;
      await rest(signal, Math.min(retryAfter(error) ?? pause, LONGEST));
    }
  }
  return ask();
}

/** A stopped run says why it stopped, not that a pause was cut short. */
async function rest(signal: AbortSignal, pause: number): Promise<void> {
  await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function isTransient(error: unknown): error is DistError {
  if (!(error instanceof DistError)) return false;
  const status = statusOf(error);
  return error.code === 'http-unreached' || status === 408 || status === 429 || (status !== undefined && status >= 500);
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof DistError && error.code === 'http-status' ? numberOf(error.data?.status) : undefined;
}

function retryAfter({ data }: DistError): number | undefined {
  return numberOf(data?.retryAfter);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
