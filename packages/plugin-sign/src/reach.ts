import { DistError, type Http } from '@provisioning-dist/core';

/** No connection, or none a token may go over. */
const UNREACHED: ReadonlySet<string> = new Set(['http-unreached', 'http-plain']);

/** Milliseconds. */
const WAIT = 15_000;

export interface ReachOptions {
  /** Something secret will go there. */
  readonly confidential: boolean;
  /** Milliseconds in all, for connection, redirects and answer; default 15 s. */
  readonly wait?: number;
}

/** Any answer will do: what a server says to a HEAD without a token is its own affair. */
export async function reach(http: Http, url: string, { confidential, wait = WAIT }: ReachOptions): Promise<void> {
  const signal = AbortSignal.timeout(wait);
  try {
    await http(url, { method: 'HEAD', confidential, timeout: wait, signal });
  } catch (error) {
    if (signal.aborted) throw silent(url, wait);
    if (!(error instanceof DistError) || UNREACHED.has(error.code)) throw error;
  }
}

function silent(url: string, wait: number): DistError {
  return new DistError('signer-silent', `Cannot reach ${new URL(url).origin}: it has not answered within ${wait / 1000} seconds`);
}
