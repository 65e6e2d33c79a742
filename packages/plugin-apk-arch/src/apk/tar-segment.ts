import type { Content, Member, Plain } from '@provisioning-dist/payload';
import { SEGMENT_MIN } from '@provisioning-dist/payload';
import { badOwner, fileTooLarge } from './errors.ts';

/** POSIX tar as apk-tools read it: a checksum of its own with each file and link. */

const BLOCK = 512;
/** Widths of ustar's fields; names end with a NUL, or fill the field. */
const NAME_MAX = 100;
const OWNER_MAX = 31;
const SIZE_MAX = 8 ** 11 - 1;
const PAX_HEADER = '././@PaxHeader';
const TYPE = { file: '0', symlink: '2', directory: '5', pax: 'x' } as const;

export interface SegmentOptions {
  /** Of every entry; seconds since 1970 UTC. */
  readonly mtime: number;
  /** The last segment of a package ends as tar does; those before must not, for apk reads all three as one archive. */
  readonly end: boolean;
  /** SHA-1 of a file or link, in hex. Absent for what is not installed. */
  readonly checksum?: (member: Member) => string | undefined;
}

/** Members with their headers, large ones by reference. */
export function* tarSegment(members: Iterable<Member>, content: Pick<Content, 'bytes' | 'facts'>, options: SegmentOptions): Generator<Plain> {
  for (const member of members) {
    yield headersOf(member, options);
    if (member.type === 'file' && member.size > 0) yield* bodyOf(member, content);
  }
  if (options.end) yield Buffer.alloc(2 * BLOCK);
}

/** The same of a few small members, as bytes. */
export function tarBytes(members: Iterable<Member>, content: Pick<Content, 'bytes' | 'facts'>, options: SegmentOptions): Buffer {
  return Buffer.concat([...tarSegment(members, content, options)] as Uint8Array[]);
}

function* bodyOf({ path, size, source }: Member & { readonly type: 'file' }, content: Pick<Content, 'bytes' | 'facts'>): Generator<Plain> {
  if (size < SEGMENT_MIN) yield content.bytes(source);
  else yield { sha256: digest(path, content.facts(source).digests.sha256), length: size };
  yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

export function digest(path: string, found: string | undefined): string {
  if (found === undefined) throw new RangeError(`Cannot store "${path}": its digests were not prepared`);
  return found;
}

function headersOf(member: Member, { mtime, checksum }: SegmentOptions): Buffer {
  const name = member.type === 'directory' ? `${member.path}/` : member.path;
  const target = member.type === 'symlink' ? member.target : '';
  const sum = checksum?.(member);
  const records = Buffer.concat([
    ...(Buffer.byteLength(name) > NAME_MAX ? [paxRecord('path', name)] : []),
    ...(Buffer.byteLength(target) > NAME_MAX ? [paxRecord('linkpath', target)] : []),
    ...(sum === undefined ? [] : [paxRecord('APK-TOOLS.checksum.SHA1', sum)]),
  ]);
  const size = member.type === 'file' ? member.size : 0;
  const owner = { user: member.owner ?? 'root', group: member.group ?? 'root' };
  const own = header({ name, target, mode: member.mode, size, mtime, type: TYPE[member.type], ...owner });
  if (records.length === 0) return own;
  const before = header({ name: PAX_HEADER, target: '', mode: 0o644, size: records.length, mtime, type: TYPE.pax, user: 'root', group: 'root' });
  return Buffer.concat([before, records, Buffer.alloc((BLOCK - (records.length % BLOCK)) % BLOCK), own]);
}

interface Header {
  readonly name: string;
  readonly target: string;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
  readonly type: string;
  readonly user: string;
  readonly group: string;
}

/** POSIX.1-1988 (ustar): offsets of the fields. What is longer than its field stands whole in a record before. */
function header({ name, target, mode, size, mtime, type, user, group }: Header): Buffer {
  if (size > SIZE_MAX) throw fileTooLarge(name, size);
  for (const owner of [user, group]) if (Buffer.byteLength(owner) > OWNER_MAX || owner.includes('\0')) throw badOwner(name, owner);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  Buffer.from(name).copy(block, 0, 0, NAME_MAX);
  block.write(octal(mode, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(mtime, 11), 100, 'latin1');
  block.write(`        ${type}`, 148, 'latin1');
  Buffer.from(target).copy(block, 157, 0, NAME_MAX);
  block.write('ustar\x0000', 257, 'latin1');
  block.write(user, 265);
  block.write(group, 297);
  block.write(octal(0, 7) + octal(0, 7), 329, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `length key=value\n`, where the length counts its own digits (POSIX pax, Extended Header). */
export function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}
