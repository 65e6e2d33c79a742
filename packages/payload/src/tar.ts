import { cannotStore, checkMember, refuseDuplicates } from './member.ts';
import type { Content, ContentRef, Member, Plain } from './part.ts';
import { SEGMENT_MIN } from './part.ts';
import { Slab } from './slab.ts';
import { BLOCK, padding, writeHeader } from './tar-header.ts';
import { checkOptions, type TarOptions } from './tar-options.ts';
import { recorder, type TarRecord } from './tar-record.ts';

/** A tar archive of the members in their order. Throws RangeError for what tar or the dialect cannot hold. */
export function* tar(members: Iterable<Member>, content: Content, options: TarOptions): Generator<Plain, void, undefined> {
  const slab = new Slab();
  let position = 0;
  for (const record of records(members, options)) {
    const full = slab.makeRoom(record.headerLength + inlineLength(record));
    if (full) yield full;
    writeRecord(slab, record);
    if (record.member.type === 'file') yield* body(slab, record.member, content);
    position += record.headerLength + record.size + padding(record.size);
  }
  yield* ending(slab, endLength(position, options));
}

/** The archive's length in bytes, without touching any content. */
export function tarLength(members: Iterable<Member>, options: TarOptions): number {
  let position = 0;
  for (const record of records(members, options)) position += record.headerLength + record.size + padding(record.size);
  return position + endLength(position, options);
}

function* records(members: Iterable<Member>, options: TarOptions): Generator<TarRecord, void, undefined> {
  checkOptions(options);
  const record = recorder(options);
  const refuseDuplicate = refuseDuplicates();
  for (const member of members) {
    checkMember(member, options.prefix !== undefined);
    refuseDuplicate(member.path);
    if (options.dialect === 'gnu') refuseNewlines(member);
    yield record(member);
  }
}

/** dpkg's limit: it stops at a line feed in a name. */
function refuseNewlines(member: Member): void {
  if (member.path.includes('\n')) throw cannotStore(member.path, 'its name holds a line feed');
  if (member.type === 'symlink' && member.target.includes('\n')) throw cannotStore(member.path, 'its target holds a line feed');
}

type File = Member & { readonly type: 'file' };

/** Bytes of room for content that is copied. */
function inlineLength({ size }: TarRecord): number {
  return size < SEGMENT_MIN ? size + padding(size) : 0;
}

function* body(slab: Slab, member: File, content: Content): Generator<Plain, void, undefined> {
  if (member.size < SEGMENT_MIN) return writeContent(slab, member, content);
  const headers = slab.take();
  if (headers) yield headers;
  yield contentRef(member, content);
  slab.makeRoom(BLOCK);
  writeZeros(slab, padding(member.size));
}

function contentRef(member: File, content: Content): ContentRef {
  const facts = content.facts(member.source);
  if (facts.size !== member.size) throw cannotStore(member.path, `it has ${facts.size} bytes instead of ${member.size}`);
  const sha256 = facts.digests.sha256;
  if (!sha256) throw cannotStore(member.path, 'its sha256 was not prepared');
  return { sha256, length: member.size };
}

function writeContent(slab: Slab, member: File, content: Content): void {
  if (member.size === 0) return;
  const at = slab.claim(member.size);
  content.read(member.source, slab.bytes.subarray(at, at + member.size));
  writeZeros(slab, padding(member.size));
}

function writeRecord(slab: Slab, record: TarRecord): void {
  for (const extension of record.extensions) {
    writeHeader(slab.bytes, slab.claim(BLOCK), extension.template, extension.values);
    const at = slab.claim(extension.body.length);
    slab.bytes.set(extension.body, at);
    writeZeros(slab, padding(extension.body.length));
  }
  writeHeader(slab.bytes, slab.claim(BLOCK), record.template, record.values);
}

function writeZeros(slab: Slab, length: number): void {
  const at = slab.claim(length);
  slab.bytes.fill(0, at, at + length);
}

function endLength(position: number, { end = true, blocking = 1 }: TarOptions): number {
  if (!end) return 0;
  const block = blocking * BLOCK;
  const length = position + 2 * BLOCK;
  return Math.ceil(length / block) * block - position;
}

function* ending(slab: Slab, length: number): Generator<Plain, void, undefined> {
  const full = slab.makeRoom(length);
  if (full) yield full;
  writeZeros(slab, length);
  const last = slab.take();
  if (last) yield last;
}
