import { ArchiveError, cannotRead } from './archive-error.ts';
import { BLOCK, checksum, FIELDS, type Field } from './tar-header.ts';

/** One header block as it stands; texts up to their NUL, as bytes. */
export interface RawHeader {
  readonly name: Buffer;
  readonly link: Buffer;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly user: Buffer;
  readonly group: Buffer;
}

const NOTHING = Buffer.alloc(0);

export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** Reads ustar, GNU and the older header without magic. Throws ArchiveError for a wrong checksum or number. */
export function readHeader(block: Buffer): RawHeader {
  checkSum(block);
  const magic = block.toString('latin1', FIELDS.magic.offset, FIELDS.magic.offset + FIELDS.magic.width);
  const known = magic.startsWith('ustar');
  return {
    name: nameOf(block, magic),
    link: text(block, FIELDS.linkname),
    type: String.fromCharCode(block[FIELDS.typeflag.offset] as number),
    mode: number(block, FIELDS.mode) % 0o10000,
    uid: number(block, FIELDS.uid),
    gid: number(block, FIELDS.gid),
    size: number(block, FIELDS.size),
    mtime: number(block, FIELDS.mtime),
    user: known ? text(block, FIELDS.uname) : NOTHING,
    group: known ? text(block, FIELDS.gname) : NOTHING,
  };
}

function nameOf(block: Buffer, magic: string): Buffer {
  const name = text(block, FIELDS.name);
  const prefix = magic.startsWith('ustar\0') ? text(block, FIELDS.prefix) : NOTHING;
  return prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name;
}

function text(block: Buffer, field: Field): Buffer {
  const bytes = block.subarray(field.offset, field.offset + field.width);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Old writers summed signed bytes. */
function checkSum(block: Buffer): void {
  const stored = number(block, FIELDS.chksum);
  if (stored !== checksum(block, 0) && stored !== signedSum(block))
    throw new ArchiveError('checksum', 'Cannot read the archive: a header has another checksum than it says');
}

function signedSum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) {
    const inField = i >= FIELDS.chksum.offset && i < FIELDS.chksum.offset + FIELDS.chksum.width;
    sum += inField ? 0 : block.readInt8(i);
  }
  return sum;
}

/** Octal digits with spaces before and a space or NUL after; GNU's base-256 when the first bit is set. An empty field is 0. */
function number(block: Buffer, field: Field): number {
  const bytes = block.subarray(field.offset, field.offset + field.width);
  if ((bytes[0] as number) & 0x80) return base256(bytes);
  const digits = /^ *([0-7]*)[ \0]*$/.exec(bytes.toString('latin1').replace(/\0.*$/s, ''))?.[1];
  if (digits === undefined) throw cannotRead('malformed', bytes.toString('latin1'), 'it is not an octal number');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function base256(bytes: Buffer): number {
  if (bytes[0] !== 0x80) throw new ArchiveError('malformed', 'Cannot read the archive: a header holds a negative or huge number');
  const value = bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  if (!Number.isSafeInteger(value)) throw new ArchiveError('malformed', 'Cannot read the archive: a header holds a huge number');
  return value;
}
