import { createHash } from 'node:crypto';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Content, ContentFacts, Member, Part, Plain, Source } from '../src/index.ts';

/** A content store in memory and a driver for parts, independent of the real ones. */
export interface Memory extends Content {
  /** The bytes behind a reference. */
  readonly resolve: (sha256: string) => Uint8Array;
}

export function memory(): Memory {
  const known = new Map<string, Uint8Array>();
  return {
    facts: (source) => remember(known, bytesOf(source)),
    encodedLength: (source) => deflated(bytesOf(source)).length,
    bytes: (source) => bytesOf(source),
    read: (source, target) => fill(target, bytesOf(source)),
    crc32: (sha256) => crc32(known.get(sha256) ?? fail(`no content ${sha256}`)),
    pieces: ({ sha256 }) => [known.get(sha256) ?? fail(`no content ${sha256}`)],
    resolve: (sha256) => known.get(sha256) ?? fail(`no content ${sha256}`),
  };
}

function remember(known: Map<string, Uint8Array>, bytes: Uint8Array): ContentFacts {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  known.set(sha256, bytes);
  return { size: bytes.length, crc32: crc32(bytes), digests: { sha256 } };
}

/** Joins plain pieces; every one is copied when it arrives, so that a reused buffer would show. */
export function joinPlain(plain: Iterable<Plain>, content: Memory): Buffer {
  return Buffer.concat(Array.from(plain, (piece) => Buffer.from('sha256' in piece ? content.resolve(piece.sha256) : piece)));
}

export function joinParts(parts: Iterable<Part>, content: Memory): Buffer {
  return Buffer.concat(Array.from(parts, (part) => Buffer.from(encoded(part, content))));
}

function encoded(part: Part, content: Memory): Uint8Array {
  if (part instanceof Uint8Array) return part;
  if (!('sha256' in part)) return fail(`a part of another kind: ${Object.keys(part)}`);
  const bytes = content.resolve(part.sha256);
  return part.codec === 'none' ? bytes : deflated(bytes);
}

function deflated(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

function fill(target: Uint8Array, bytes: Uint8Array): void {
  if (target.length !== bytes.length) throw new RangeError(`${bytes.length} bytes instead of ${target.length}`);
  target.set(bytes);
}

function bytesOf(source: Source): Uint8Array {
  return 'bytes' in source ? source.bytes : fail('files on disk are not in this store');
}

function fail(message: string): never {
  throw new Error(message);
}

/** Members in three words each. */
export function file(path: string, text: string | Uint8Array = '', mode = 0o644): Member & { type: 'file' } {
  const bytes = Buffer.from(text);
  return { type: 'file', path, mode, size: bytes.length, source: { bytes } };
}

export function directory(path: string, mode = 0o755): Member {
  return { type: 'directory', path, mode };
}

export function symlink(path: string, target: string): Member {
  return { type: 'symlink', path, mode: 0o777, target };
}
