/** One tar block as POSIX.1-1988 (ustar) lays it out, shared by writer and reader. */

export const BLOCK = 512;

/** Offset and width in bytes of each header field, under POSIX's names. */
export const FIELDS = {
  name: { offset: 0, width: 100 },
  mode: { offset: 100, width: 8 },
  uid: { offset: 108, width: 8 },
  gid: { offset: 116, width: 8 },
  size: { offset: 124, width: 12 },
  mtime: { offset: 136, width: 12 },
  chksum: { offset: 148, width: 8 },
  typeflag: { offset: 156, width: 1 },
  linkname: { offset: 157, width: 100 },
  magic: { offset: 257, width: 8 },
  uname: { offset: 265, width: 32 },
  gname: { offset: 297, width: 32 },
  devmajor: { offset: 329, width: 8 },
  devminor: { offset: 337, width: 8 },
  prefix: { offset: 345, width: 155 },
} as const;

export type Field = (typeof FIELDS)[keyof typeof FIELDS];

/** `magic` and `version` together. GNU's has no prefix field; its place holds times. */
export const MAGIC = { ustar: 'ustar\x0000', gnu: 'ustar  \0' } as const;

export const TYPE = {
  file: '0',
  oldFile: '\0',
  link: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
  contiguous: '7',
  paxHeader: 'x',
  paxGlobal: 'g',
  gnuLongName: 'L',
  gnuLongLink: 'K',
} as const;

export type TypeFlag = (typeof TYPE)[keyof typeof TYPE];

/** What differs from entry to entry; the rest comes from a template. */
export interface HeaderValues {
  readonly name: string | Uint8Array;
  readonly prefix?: Uint8Array;
  readonly mode: number;
  readonly size: number;
  readonly type: TypeFlag;
  readonly link?: string | Uint8Array;
}

export interface TemplateValues {
  readonly magic: string;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly mtime: number;
}

/** Largest number a field holds as octal digits and a NUL. */
export function octalMax(field: Field): number {
  return 8 ** (field.width - 1) - 1;
}

/** Bytes to the next block boundary. */
export function padding(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}

/** The sum of all bytes, the checksum field itself counted as eight spaces. */
export function checksum(bytes: Uint8Array, at: number): number {
  let sum = 8 * 0x20;
  for (let i = at; i < at + FIELDS.chksum.offset; i++) sum += bytes[i] as number;
  for (let i = at + FIELDS.typeflag.offset; i < at + BLOCK; i++) sum += bytes[i] as number;
  return sum;
}

export function headerTemplate(values: TemplateValues): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(values.magic, FIELDS.magic.offset, 'latin1');
  writeOctal(block, 0, FIELDS.uid, values.uid);
  writeOctal(block, 0, FIELDS.gid, values.gid);
  writeOctal(block, 0, FIELDS.mtime, values.mtime);
  block.write(values.user, FIELDS.uname.offset, 'utf8');
  block.write(values.group, FIELDS.gname.offset, 'utf8');
  if (values.magic !== MAGIC.ustar) return block;
  // POSIX wants digits there; GNU tar leaves them empty in its own dialect.
  writeOctal(block, 0, FIELDS.devmajor, 0);
  writeOctal(block, 0, FIELDS.devminor, 0);
  return block;
}

/** Fills the block at `at`. Texts longer than their field are cut: a header before this one holds them whole. */
export function writeHeader(target: Buffer, at: number, template: Uint8Array, values: HeaderValues): void {
  target.set(template, at);
  writeText(target, at, FIELDS.name, values.name);
  writeOctal(target, at, FIELDS.mode, values.mode);
  writeSize(target, at, values.size);
  target[at + FIELDS.typeflag.offset] = values.type.charCodeAt(0);
  if (values.link) writeText(target, at, FIELDS.linkname, values.link);
  if (values.prefix) writeText(target, at, FIELDS.prefix, values.prefix);
  writeDigits(target, at + FIELDS.chksum.offset, 6, checksum(target, at));
  target[at + FIELDS.chksum.offset + 6] = 0;
  target[at + FIELDS.chksum.offset + 7] = 0x20;
}

function writeText(target: Buffer, at: number, field: Field, text: string | Uint8Array): void {
  if (typeof text === 'string') target.write(text, at + field.offset, field.width, 'utf8');
  else target.set(text.subarray(0, field.width), at + field.offset);
}

function writeSize(target: Buffer, at: number, size: number): void {
  if (size <= octalMax(FIELDS.size)) writeOctal(target, at, FIELDS.size, size);
  else writeBase256(target, at, FIELDS.size, size);
}

function writeOctal(target: Buffer, at: number, field: Field, value: number): void {
  writeDigits(target, at + field.offset, field.width - 1, value);
  target[at + field.offset + field.width - 1] = 0;
}

function writeDigits(target: Buffer, at: number, digits: number, value: number): void {
  for (let i = at + digits - 1; i >= at; i--) {
    target[i] = 0x30 + (value % 8);
    value = Math.floor(value / 8);
  }
}

/** GNU: the first bit set, then a big-endian number over the rest of the field. */
function writeBase256(target: Buffer, at: number, field: Field, value: number): void {
  const start = at + field.offset;
  for (let i = start + field.width - 1; i > start; i--) {
    target[i] = value % 256;
    value = Math.floor(value / 256);
  }
  target[start] = 0x80;
}
