/** One interface over places that hold objects by key; a directory, an SFTP server, an S3-compatible service. */

/** Keys are `/`-separated relative paths without empty, `.` or `..` segments. */
export interface Stat {
  readonly size: number;
  /** Changes whenever the content changes; opaque. */
  readonly etag: string;
  /** Lower-case hex digest of the content, where the place knows it without being asked twice. */
  readonly sha256?: string;
  /** Where it points, of a symbolic link; its content is not followed. */
  readonly symlink?: string;
}

export interface StoredObject extends Stat {
  readonly key: string;
}

/** Bytes to store: a buffer, or a file read anew on every attempt; or a symbolic link, where the place can hold one. */
export type Body = Uint8Array | FileBody | { readonly symlink: string };

export interface FileBody {
  readonly path: string;
  readonly size: number;
  /** The content's digest in lower-case hex; other bytes are refused before anybody can see them. */
  readonly sha256?: string;
  /** Permission bits, where the place keeps them; the umask applies. */
  readonly mode?: number;
}

/** What must be there for a conditional write: an object with this etag, or nothing. */
export type Condition = { readonly etag: string } | 'absent';

/** Thrown by `putIf` and conditional `delete` when the precondition does not hold; nothing was written. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
  readonly key: string;
  readonly found: Stat | undefined;
  constructor(key: string, found: Stat | undefined) {
    super(`Cannot write "${key}": ${found ? `another object is there (${found.etag})` : 'the expected object is gone'}`);
    this.key = key;
    this.found = found;
  }
}

export interface Storage {
  /** For messages; no credentials. */
  readonly label: string;
  /** The object's bytes; undefined when there is none. */
  get(key: string, options?: { readonly signal?: AbortSignal }): Promise<(Stat & { readonly bytes: Uint8Array }) | undefined>;
  stat(key: string, options?: { readonly signal?: AbortSignal }): Promise<Stat | undefined>;
  /** Writes atomically: a reader sees the old object or the new one. */
  put(key: string, body: Body, options?: { readonly signal?: AbortSignal }): Promise<Stat>;
  /** Writes only if the condition holds; throws PreconditionFailed otherwise. */
  putIf(key: string, body: Body, condition: Condition, options?: { readonly signal?: AbortSignal }): Promise<Stat>;
  /** Deleting what is not there is no error. With a condition, throws PreconditionFailed if another object is there. */
  delete(key: string, options?: { readonly signal?: AbortSignal; readonly etag?: string }): Promise<void>;
  /** Objects whose key starts with the prefix, sorted by key. */
  list(prefix: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<StoredObject>;
  /** Throws when nothing could be stored here: there is no such bucket, or a file stands where a folder is to be. Changes nothing. */
  check?(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Ends the connections of a driver that holds any; a later call opens them anew. */
  close?(): Promise<void>;
}
