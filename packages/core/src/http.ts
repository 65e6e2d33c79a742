/** HTTP as effects and handlers see it: status, headers and bytes; the host adds time limits, proxies, redaction and the guard of dry runs. */

/** A file sent as the body, read anew for every request; its length is always announced. */
export interface HttpFile {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
}

/** Certificates in PEM, for servers outside the system's trust and for mutual TLS. */
export interface HttpTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

export interface HttpRequest {
  /** Default GET. */
  readonly method?: string;
  /** Names in lower case; undefined ones are left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array | string | HttpFile;
  /** Statuses beside 2xx the caller looks at itself; every other one is thrown as a DistError `http-status` that `retry` can read. */
  readonly accept?: readonly number[];
  /** Milliseconds without any byte moving; default 60 s. */
  readonly timeout?: number;
  /** Bytes of the answer at most; default 64 MiB. */
  readonly maxBytes?: number;
  readonly tls?: HttpTls;
  /** The headers hold a credential beside `authorization` and `cookie`: refused over plain http to another machine. */
  readonly confidential?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly text: () => string;
  /** Throws a DistError `http-body` when it is no JSON. */
  readonly json: () => unknown;
}

/**
 * Sends a request and reads the answer whole. GET and HEAD follow up to five redirects; credentials stay with the origin they were given for.
 * Rejects with a DistError whose `data` holds `status` and `retryAfter` (milliseconds), or whose cause is the system's error.
 */
export type Http = (url: string | URL, request?: HttpRequest) => Promise<HttpResponse>;
