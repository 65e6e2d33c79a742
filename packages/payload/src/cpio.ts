import { alignment, CPIO_MAGIC, CPIO_TYPE, type CpioForm, HEADER_LENGTH, NEWC, ODC, RADIX, STRIPPED, TRAILER } from './cpio-header.ts';
import { cannotStore, checkMember, isWithin, refuseDuplicates } from './member.ts';
import type { Content, ContentRef, Member, Plain } from './part.ts';
import { SEGMENT_MIN } from './part.ts';
import { Slab } from './slab.ts';

export interface CpioOptions {
  readonly form: CpioForm;
  /** Of every entry; seconds since 1970 UTC. */
  readonly mtime: number;
  /** Put before every path: `./` for rpm and macOS packages. With it a directory of the empty path is the root entry, `.`. */
  readonly prefix?: string;
  /** Of the stripped form: each member's number in the package's list of files, when that has others too. */
  readonly numbers?: readonly number[];
}

/** A cpio archive of the members in their order, owned by 0:0. Throws RangeError for what the form cannot hold. */
export function* cpio(members: Iterable<Member>, content: Content, options: CpioOptions): Generator<Plain, void, undefined> {
  const slab = new Slab();
  for (const record of records(members, options)) {
    const full = slab.makeRoom(record.head.length + inlineLength(record));
    if (full) yield full;
    put(slab, record.head);
    yield* body(slab, record, content);
  }
  const last = slab.makeRoom(HEADER_LENGTH.newc + MARGIN);
  if (last) yield last;
  put(slab, trailer(options.form));
  yield slab.take() as Buffer;
}

/** The archive's length in bytes, without touching any content. */
export function cpioLength(members: Iterable<Member>, options: CpioOptions): number {
  let position = 0;
  for (const { head, size, pad } of records(members, options)) position += head.length + size + pad;
  return position + trailer(options.form).length;
}

/** Room for the trailer's name and padding. */
const MARGIN = 32;

interface CpioRecord {
  readonly member: Member;
  /** Header, name and their padding. */
  readonly head: Uint8Array;
  /** Bytes of content: a file's, or a link's target. */
  readonly size: number;
  readonly pad: number;
}

function* records(members: Iterable<Member>, options: CpioOptions): Generator<CpioRecord, void, undefined> {
  if (!isWithin(options.mtime, 2 ** 32 - 1)) throw new RangeError(`Cannot write the archive: its time is ${options.mtime}`);
  const refuseDuplicate = refuseDuplicates();
  let index = 0;
  for (const member of members) {
    checkMember(member, options.prefix !== undefined);
    refuseDuplicate(member.path);
    const size = sizeOf(member);
    yield { member, head: head(member, index, options), size, pad: alignment(options.form, size) };
    index += 1;
  }
}

function sizeOf(member: Member): number {
  if (member.type === 'file') return member.size;
  return member.type === 'symlink' ? Buffer.byteLength(member.target) : 0;
}

function head(member: Member, index: number, { form, mtime, prefix = '', numbers }: CpioOptions): Uint8Array {
  if (form === 'stripped') return assemble(form, CPIO_MAGIC.stripped, digits(STRIPPED, { index: numbers?.[index] ?? index }, member.path, form));
  const name = member.path === '' ? prefix.replace(/\/$/, '') : prefix + member.path;
  const values = {
    ...NOTHING,
    ino: inode(form, index),
    mode: CPIO_TYPE[member.type] | member.mode,
    nlink: 1,
    mtime,
    filesize: sizeOf(member),
    namesize: Buffer.byteLength(name) + 1,
  };
  const fields = form === 'newc' ? digits(NEWC, values, member.path, form) : digits(ODC, values, member.path, form);
  return assemble(form, CPIO_MAGIC[form], fields, name);
}

const NOTHING = {
  dev: 0,
  ino: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  nlink: 1,
  rdev: 0,
  mtime: 0,
  filesize: 0,
  devmajor: 0,
  devminor: 0,
  rdevmajor: 0,
  rdevminor: 0,
  namesize: TRAILER.length + 1,
  check: 0,
} as const;

/** In the order of writing, from 1. odc has six octal digits for it and nobody compares them where `nlink` is 1. */
function inode(form: CpioForm, index: number): number {
  return form === 'odc' ? 1 + (index % (8 ** ODC.ino - 1)) : index + 1;
}

function trailer(form: CpioForm): Uint8Array {
  // rpm ends its stripped archives with a trailer in the newc form.
  if (form === 'odc') return assemble('odc', CPIO_MAGIC.odc, digits(ODC, NOTHING, TRAILER, 'odc'), TRAILER);
  return assemble('newc', CPIO_MAGIC.newc, digits(NEWC, NOTHING, TRAILER, 'newc'), TRAILER);
}

/** Each field in its width. Throws RangeError for a number too large. */
function digits<T extends Readonly<Record<string, number>>>(
  widths: T,
  values: Readonly<Record<keyof T, number>>,
  path: string,
  form: CpioForm,
): string {
  let text = '';
  for (const key in widths) {
    const field = values[key].toString(RADIX[form]).padStart(widths[key] as number, '0');
    if (field.length > (widths[key] as number)) throw cannotStore(path, `its ${key} ${values[key]} is too large for cpio's ${form} form`);
    text += field;
  }
  return text;
}

function assemble(form: CpioForm, magic: string, fields: string, name?: string): Uint8Array {
  const bytes = Buffer.from(`${magic}${fields}${name === undefined ? '' : `${name}\0`}`);
  return Buffer.concat([bytes, Buffer.alloc(alignment(form, bytes.length))]);
}

/** Bytes of room for content that is copied. */
function inlineLength({ member, size, pad }: CpioRecord): number {
  return member.type === 'file' && size >= SEGMENT_MIN ? 0 : size + pad;
}

function* body(slab: Slab, { member, size, pad }: CpioRecord, content: Content): Generator<Plain, void, undefined> {
  if (member.type === 'symlink') put(slab, Buffer.from(member.target));
  if (member.type === 'file' && size > 0 && size < SEGMENT_MIN) put(slab, smallContent(member, content));
  if (member.type === 'file' && size >= SEGMENT_MIN) {
    yield slab.take() as Buffer;
    yield contentRef(member, content);
    slab.makeRoom(pad);
  }
  put(slab, new Uint8Array(pad));
}

type File = Member & { readonly type: 'file' };

function smallContent(member: File, content: Content): Uint8Array {
  const bytes = content.bytes(member.source);
  if (bytes.length !== member.size) throw cannotStore(member.path, `it has ${bytes.length} bytes instead of ${member.size}`);
  return bytes;
}

function contentRef(member: File, content: Content): ContentRef {
  const { size, digests } = content.facts(member.source);
  if (size !== member.size) throw cannotStore(member.path, `it has ${size} bytes instead of ${member.size}`);
  if (!digests.sha256) throw cannotStore(member.path, 'its sha256 was not prepared');
  return { sha256: digests.sha256, length: member.size };
}

function put(slab: Slab, bytes: Uint8Array): void {
  const at = slab.claim(bytes.length);
  slab.bytes.set(bytes, at);
}
