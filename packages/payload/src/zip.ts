import { crc32 } from 'node:zlib';
import { DEFLATE_END } from './deflate.ts';
import { cannotStore, checkMember, isWithin, refuseDuplicates } from './member.ts';
import type { Content, Member, Part } from './part.ts';
import { SEGMENT_MIN } from './part.ts';
import { Slab } from './slab.ts';
import { dosTime, METHOD, UNIX_TYPE } from './zip-records.ts';
import { centralLength, localLength, writeCentral, writeEnd, writeLocal, type ZipRecord } from './zip-write.ts';

export interface ZipOptions {
  /** Of every entry; seconds since 1970 UTC, written with a precision of two seconds and clamped to 1980 to 2107. */
  readonly mtime: number;
  /** The level the contents were prepared with. */
  readonly level?: number;
}

const LINK_MODE = 0o777;

/**
 * A zip archive of the members in their order. The contents must be prepared with codec `deflate` and `segments: 'each'`.
 * Throws RangeError for what zip cannot hold.
 */
export function* zip(members: Iterable<Member>, content: Content, options: ZipOptions): Generator<Part, void, unknown> {
  const slab = new Slab();
  const central = centralDirectory();
  let position = 0;
  for (const record of records(members, content, options)) {
    central.add(record, position);
    const full = slab.makeRoom(localLength(record) + inlineLength(record));
    if (full) yield full;
    writeLocal(slab, record);
    yield* body(slab, record, content, options);
    position += localLength(record) + record.compressedSize;
  }
  const last = slab.take();
  if (last) yield last;
  yield* central.finish(position);
}

function* records(members: Iterable<Member>, content: Content, options: ZipOptions): Generator<ZipRecord, void, undefined> {
  if (!isWithin(options.mtime, Number.MAX_SAFE_INTEGER)) throw new RangeError(`Cannot write the archive: its time is ${options.mtime}`);
  const time = dosTime(options.mtime);
  const refuseDuplicate = refuseDuplicates();
  for (const member of members) {
    checkMember(member, false);
    refuseDuplicate(member.path);
    if (member.path.includes('\\')) throw cannotStore(member.path, 'a backslash separates folders on Windows');
    yield { ...time, ...describe(member, content, options), member };
  }
}

type Described = Pick<ZipRecord, 'name' | 'unixMode' | 'method' | 'crc32' | 'size' | 'compressedSize' | 'inline'>;

function describe(member: Member, content: Content, options: ZipOptions): Described {
  if (member.type === 'file') return describeFile(member, content, options);
  const empty = { method: METHOD.stored, crc32: 0, size: 0, compressedSize: 0 };
  if (member.type === 'directory') return { ...empty, name: Buffer.from(`${member.path}/`), unixMode: UNIX_TYPE.directory | member.mode };
  // Stored: busybox stops at a deflated link and drops all entries after it.
  const inline = Buffer.from(member.target);
  const sizes = { size: inline.length, compressedSize: inline.length };
  return { ...empty, ...sizes, name: Buffer.from(member.path), unixMode: UNIX_TYPE.symlink | LINK_MODE, crc32: crc32(inline), inline };
}

function describeFile(member: Member & { readonly type: 'file' }, content: Content, { level }: ZipOptions): Described {
  const facts = content.facts(member.source);
  if (facts.size !== member.size) throw cannotStore(member.path, `it has ${facts.size} bytes instead of ${member.size}`);
  const deflated = member.size === 0 ? 0 : content.encodedLength(member.source, 'deflate', level) + DEFLATE_END.length;
  const smaller = deflated < member.size;
  return {
    name: Buffer.from(member.path),
    unixMode: UNIX_TYPE.file | member.mode,
    method: smaller ? METHOD.deflate : METHOD.stored,
    crc32: facts.crc32,
    size: member.size,
    compressedSize: smaller ? deflated : member.size,
  };
}

/** Bytes of room for content that is copied: small, and stored as it is. */
function inlineLength(record: ZipRecord): number {
  return record.method === METHOD.stored && record.size < SEGMENT_MIN ? record.size : 0;
}

function* body(slab: Slab, record: ZipRecord, content: Content, { level }: ZipOptions): Generator<Part, void, unknown> {
  const { member, size, inline } = record;
  if (inline) return copy(slab, inline);
  if (member.type !== 'file' || size === 0) return;
  if (record.method === METHOD.stored && size < SEGMENT_MIN) return copy(slab, content.bytes(member.source));
  const headers = slab.take();
  if (headers) yield headers;
  const sha256 = content.facts(member.source).digests.sha256;
  if (!sha256) throw cannotStore(member.path, 'its sha256 was not prepared');
  if (record.method === METHOD.stored) yield { sha256, codec: 'none', length: size };
  else {
    yield { sha256, codec: 'deflate', length: size, ...(level === undefined ? {} : { level }) };
    yield DEFLATE_END;
  }
}

function copy(slab: Slab, bytes: Uint8Array): void {
  const at = slab.claim(bytes.length);
  slab.bytes.set(bytes, at);
}

interface CentralDirectory {
  readonly add: (record: ZipRecord, localOffset: number) => void;
  readonly finish: (position: number) => Generator<Uint8Array, void, unknown>;
}

/** Collects the headers that close the archive. */
function centralDirectory(): CentralDirectory {
  const slab = new Slab();
  const pieces: Uint8Array[] = [];
  let entries = 0;
  let size = 0;
  return {
    add(record, localOffset) {
      const length = centralLength(record, localOffset);
      const full = slab.makeRoom(length);
      if (full) pieces.push(full);
      writeCentral(slab, record, localOffset);
      entries += 1;
      size += length;
    },
    *finish(position) {
      const last = slab.take();
      if (last) pieces.push(last);
      yield* pieces;
      yield writeEnd({ entries, size, offset: position });
    },
  };
}
