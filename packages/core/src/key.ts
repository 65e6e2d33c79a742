import type { z } from 'zod';
import type { Http } from './http.ts';
import type { OptionsKit } from './kit.ts';
import type { Log } from './log.ts';
import type { Finding } from './model/finding.ts';
import type { Release } from './model/release.ts';
import type { ExecOptions, ExecResult } from './program.ts';

/** What signs: definitions as plugins give them, and handles as formats and registries use them. */

/** Who a key is, for people and for files beside signatures. */
export interface KeyInfo {
  /** Fingerprint, key id or name; stands in messages. */
  readonly id: string;
  /** `rsa4096`, `ed25519`, `ecdsa-p256`. */
  readonly algorithm: string;
  /** Seconds since 1970; absent = never. */
  readonly expires?: number;
  /** The public half as users import it: file name extension without the dot, and bytes. */
  readonly publicKey?: { readonly ext: string; readonly bytes: Uint8Array };
}

export interface OpenPgpOptions {
  /** `detached` (default): a signature alone. `clear`: the cleartext signature framework (RFC 9580 7) around the data. */
  readonly form?: 'detached' | 'clear';
  /** ASCII armour instead of packets; always on for `clear`. */
  readonly armor?: boolean;
}

export interface CmsOptions {
  /** The content is left out of the SignedData. Default true. */
  readonly detached?: boolean;
  /** Content type OID; default id-data. */
  readonly contentType?: string;
}

export interface RawOptions {
  /** Hash the digest was made with. */
  readonly hash: 'sha1' | 'sha256' | 'sha512';
}

/** Bytes, or their pieces in order, read once: what is too large to hold. */
export type SignedData = Uint8Array | Iterable<Uint8Array>;

/** What a handler of a key may use. */
export interface KeyJob<Options> {
  readonly release: Release;
  readonly options: Options;
  /** Instance id: the key under `sign:`. */
  readonly id: string;
  /** Seconds since 1970: the release's date, for signatures that hold a time. */
  readonly date: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** A private folder, removed when the run ends. */
  readonly tmp: () => string;
  readonly http: Http;
  /** Runs a program without a shell; rejects with a DistError holding its last lines. Secrets go in by `input`, never by argument. */
  readonly exec: (argv: readonly [string, ...string[]], options?: ExecOptions) => Promise<ExecResult>;
}

/** The file a detached signature is about. */
export interface SignedFile {
  /** Its name in the release. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface DetachedDefinition<Options> {
  /** Of the signature's file name, with the leading dot: `.asc`, `.minisig`. Pure. */
  readonly suffix: (options: Options) => string;
  readonly sign: (job: KeyJob<Options>, file: SignedFile) => Promise<Uint8Array>;
  /** Throws a DistError when the signature is not one of this key over this file. */
  readonly verify: (job: KeyJob<Options>, file: SignedFile, signature: Uint8Array) => Promise<void>;
}

export interface KeyDefinition<Options> {
  readonly options: (kit: OptionsKit) => z.ZodType<Options>;
  /** Missing, expired or locked keys and tools, before anything is built. */
  readonly preflight?: (job: KeyJob<Options>) => Promise<readonly Finding[]>;
  readonly info: (job: KeyJob<Options>) => Promise<KeyInfo>;
  /** An OpenPGP signature of the data, which may come in pieces, made at `job.date`. */
  readonly openpgp?: (job: KeyJob<Options>, data: SignedData, options: OpenPgpOptions) => Promise<Uint8Array>;
  /** A CMS SignedData (RFC 5652), DER. */
  readonly cms?: (job: KeyJob<Options>, bytes: Uint8Array, options: CmsOptions) => Promise<Uint8Array>;
  /** A signature of a digest: PKCS#1 v1.5, ECDSA in DER or Ed25519, by the key's algorithm. */
  readonly raw?: (job: KeyJob<Options>, digest: Uint8Array, options: RawOptions) => Promise<Uint8Array>;
  readonly detached?: DetachedDefinition<Options>;
}

/** A configured key as formats, registries and effects use it. What the key cannot do is a DistError `key-cannot`. */
export interface KeyHandle {
  /** Instance id. */
  readonly id: string;
  readonly info: () => Promise<KeyInfo>;
  readonly openpgp: (data: SignedData, options?: OpenPgpOptions) => Promise<Uint8Array>;
  readonly cms: (bytes: Uint8Array, options?: CmsOptions) => Promise<Uint8Array>;
  readonly raw: (digest: Uint8Array, options: RawOptions) => Promise<Uint8Array>;
}

// biome-ignore lint/suspicious/noExplicitAny: definitions are contravariant in their options; a record of them has no common supertype but this
export type AnyKey = KeyDefinition<any>;

/** Types a key: the handlers see the options its schema parses to. */
export function defineKey<Options>(key: KeyDefinition<Options>): KeyDefinition<Options> {
  return key;
}
