/**
 * Parts: what a container is made of. A writer is a generator of parts over plain data; whoever drives it resolves segments and
 * runs against the content store, keeps the order and writes.
 */

/** A compression family. `deflate` is raw RFC 1951 data that ends on a byte boundary; `none` is the content itself. */
export type Codec = 'none' | 'deflate' | 'xz' | 'zstd' | 'brotli';

/** What compresses. */
export type PackedCodec = Exclude<Codec, 'none'>;

export type Digest = 'sha256' | 'sha512' | 'sha1' | 'md5' | 'blake2b512';

/** One file's content, compressed once with `codec` and kept; `length` is the content's size in bytes before compression. */
export interface SegmentRef {
  readonly sha256: string;
  readonly codec: Codec;
  readonly level?: number;
  readonly length: number;
  /** Shown the encoded bytes in order, one block or more at a time, at the latest before the next mark is answered. Valid during the call. */
  readonly seen?: (encoded: Uint8Array) => void;
}

/** Fresh bytes (headers and small files) the driver compresses as one piece. Stored under the digest of the bytes as well. */
export interface Run {
  readonly run: Uint8Array;
  readonly codec: Codec;
  readonly level?: number;
  /** Called with the encoded length in bytes, at the latest before the next mark is answered. From then on `run` is not read any more. */
  readonly settled?: (encodedLength: number) => void;
  /** As of a segment. */
  readonly seen?: (encoded: Uint8Array) => void;
}

/** One compressed stream that cannot be assembled from pieces (brotli; the single zstd frame dpkg wants). */
export interface StreamPart {
  readonly stream: Iterable<Plain>;
  readonly codec: Codec;
  readonly level?: number;
  /** Bytes the stream holds before compression; the encoder refuses another count. */
  readonly length: number;
}

/** Replaces bytes already yielded, at an absolute position, never inside compressed data. */
export interface Patch {
  readonly patch: number;
  readonly bytes: Uint8Array;
}

/** Asks the driver where it is; answered by the value of the `yield` expression after every earlier part is settled. */
export interface Mark {
  readonly mark: readonly Digest[];
}

/** Something only a promise can give, such as a signature over bytes already yielded: answered like a mark, with what it resolves to. */
export interface Ask {
  readonly ask: (written: Written) => Promise<Uint8Array>;
}

/** What stands before an `Ask`, as it is in the file, patches included. */
export interface Written {
  readonly length: number;
  /** Exactly `length` bytes at `position`, in memory of its own. */
  readonly read: (position: number, length: number) => Uint8Array;
}

export interface MarkResult {
  /** Bytes written before the mark. */
  readonly position: number;
  /** Digests (lower-case hex) of the bytes written since the previous mark that asked for a digest, or since the start. */
  readonly digests: Readonly<Partial<Record<Digest, string>>>;
  /** What an `Ask` resolved to. */
  readonly answer?: Uint8Array;
}

export type Part = Uint8Array | SegmentRef | Run | StreamPart | Patch | Mark | Ask;

/** What uncompressed containers (tar, cpio) are made of: bytes, and the content of whole files by digest. */
export type Plain = Uint8Array | ContentRef;

/** The content of a file that travels as a segment of its own. */
export interface ContentRef {
  readonly sha256: string;
  readonly length: number;
}

/** Parts as writers give them: an iterable, or a generator that receives the answers to its marks. */
export type Parts = Iterable<Part, void, MarkResult>;

/** Where a member's bytes are. `eol` converts line ends while reading; `size` is always the size after conversion. */
export type Source =
  | { readonly file: string; readonly size: number; readonly mtimeMs: number; readonly eol?: 'lf' | 'crlf' }
  | { readonly bytes: Uint8Array };

/** The structural part of a distribution's entry that containers need. `path` is relative, `/`-separated, without a trailing slash. */
export type Member =
  | {
      readonly type: 'file';
      readonly path: string;
      readonly mode: number;
      readonly size: number;
      readonly source: Source;
      readonly owner?: string;
      readonly group?: string;
    }
  | { readonly type: 'directory'; readonly path: string; readonly mode: number; readonly owner?: string; readonly group?: string }
  | {
      readonly type: 'symlink';
      readonly path: string;
      readonly mode: number;
      readonly target: string;
      readonly owner?: string;
      readonly group?: string;
    };

/** What is known of a file's content after it was prepared. Digests are lower-case hex; those not asked for are absent. */
export interface ContentFacts {
  readonly size: number;
  readonly crc32: number;
  readonly digests: Readonly<Partial<Record<Digest, string>>>;
}

/** What a format needs of the contents before its writer runs. */
export interface Needs {
  readonly codec?: Codec;
  readonly level?: number;
  readonly digests?: readonly Digest[];
  /** `solid` (default): files under `SEGMENT_MIN` bytes, of xz under 1 MiB, travel in runs. `each`: every file is a segment of its own (zip). */
  readonly segments?: 'solid' | 'each';
}

/** A writer's view of the content store. Every call is synchronous: `prepare` has run before the writer starts. */
export interface Content {
  /** Facts of a prepared source. Throws RangeError for one that was not prepared. */
  facts(source: Source): ContentFacts;
  /** CRC-32 of a prepared content, by its sha256. */
  crc32(sha256: string): number;
  /** Length in bytes of a prepared source's segment in this codec. */
  encodedLength(source: Source, codec: Codec, level?: number): number;
  /** The content of a small file, checked against its announced size. */
  bytes(source: Source): Uint8Array;
  /** As `bytes`, into memory of the caller's that is as long as the content. */
  read(source: Source, target: Uint8Array): void;
  /** A prepared content as it is, in pieces that are valid until the next one. */
  pieces(ref: ContentRef): Iterable<Uint8Array>;
}

/** Files of this size and more are segments of their own, shared between containers. */
export const SEGMENT_MIN: number = 64 * 1024;
