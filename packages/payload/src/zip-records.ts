import { ArchiveError } from './archive-error.ts';

/** The records of a zip file (PKWARE APPNOTE 6.3.10), shared by writer and reader: offset and width in bytes of every fixed field. */

interface Field {
  readonly offset: number;
  readonly width: 2 | 4 | 8;
}

type Fields = Readonly<Record<string, Field>>;

/** 4.3.7; name and extra field follow. */
export const LOCAL = {
  signature: { offset: 0, width: 4 },
  versionNeeded: { offset: 4, width: 2 },
  flags: { offset: 6, width: 2 },
  method: { offset: 8, width: 2 },
  time: { offset: 10, width: 2 },
  date: { offset: 12, width: 2 },
  crc32: { offset: 14, width: 4 },
  compressedSize: { offset: 18, width: 4 },
  size: { offset: 22, width: 4 },
  nameLength: { offset: 26, width: 2 },
  extraLength: { offset: 28, width: 2 },
} as const;

/** 4.3.12; name, extra field and comment follow. */
export const CENTRAL = {
  signature: { offset: 0, width: 4 },
  versionMadeBy: { offset: 4, width: 2 },
  versionNeeded: { offset: 6, width: 2 },
  flags: { offset: 8, width: 2 },
  method: { offset: 10, width: 2 },
  time: { offset: 12, width: 2 },
  date: { offset: 14, width: 2 },
  crc32: { offset: 16, width: 4 },
  compressedSize: { offset: 20, width: 4 },
  size: { offset: 24, width: 4 },
  nameLength: { offset: 28, width: 2 },
  extraLength: { offset: 30, width: 2 },
  commentLength: { offset: 32, width: 2 },
  disk: { offset: 34, width: 2 },
  internalAttributes: { offset: 36, width: 2 },
  externalAttributes: { offset: 38, width: 4 },
  localOffset: { offset: 42, width: 4 },
} as const;

/** 4.3.16; the comment follows. */
export const END = {
  signature: { offset: 0, width: 4 },
  disk: { offset: 4, width: 2 },
  centralDisk: { offset: 6, width: 2 },
  diskEntries: { offset: 8, width: 2 },
  entries: { offset: 10, width: 2 },
  centralSize: { offset: 12, width: 4 },
  centralOffset: { offset: 16, width: 4 },
  commentLength: { offset: 20, width: 2 },
} as const;

/** 4.3.14. `recordSize` leaves out the signature and itself. */
export const END64 = {
  signature: { offset: 0, width: 4 },
  recordSize: { offset: 4, width: 8 },
  versionMadeBy: { offset: 12, width: 2 },
  versionNeeded: { offset: 14, width: 2 },
  disk: { offset: 16, width: 4 },
  centralDisk: { offset: 20, width: 4 },
  diskEntries: { offset: 24, width: 8 },
  entries: { offset: 32, width: 8 },
  centralSize: { offset: 40, width: 8 },
  centralOffset: { offset: 48, width: 8 },
} as const;

/** 4.3.15. */
export const LOCATOR64 = {
  signature: { offset: 0, width: 4 },
  disk: { offset: 4, width: 4 },
  end64Offset: { offset: 8, width: 8 },
  disks: { offset: 16, width: 4 },
} as const;

export const LENGTH = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 } as const;

export const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 } as const;

export const METHOD = { stored: 0, deflate: 8 } as const;

/** 4.4.4. */
export const FLAG = { encrypted: 0x1, dataDescriptor: 0x8, utf8: 0x800 } as const;

/** 4.5.3: the extra field with what does not fit 32 bits. */
export const ZIP64_EXTRA = 0x0001;

/** A field of all ones says: look into the zip64 record. */
export const MAX16 = 0xffff;
export const MAX32 = 0xffffffff;

/** 4.4.2 and 4.4.3: 2.0 for directories and deflate, 4.5 for zip64; the upper byte 3 means Unix, so modes are in the attributes. */
export const VERSION = { plain: 20, zip64: 45, unix: 0x300 } as const;

/** st_mode's file types, in the upper half of the external attributes. */
export const UNIX_TYPE = { mask: 0o170000, file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;

export const DOS_DIRECTORY = 0x10;

/** Writes every field of the table at `at`. */
export function writeRecord<T extends Fields>(target: Buffer, at: number, fields: T, values: Readonly<Record<keyof T, number>>): void {
  for (const key in fields) {
    const { offset, width } = fields[key] as Field;
    if (width === 8) target.writeBigUInt64LE(BigInt(values[key]), at + offset);
    else target.writeUIntLE(values[key], at + offset, width);
  }
}

/** Reads every field of the table at `at`. Throws RangeError past the end, ArchiveError for a number no double holds. */
export function readRecord<T extends Fields>(source: Buffer, at: number, fields: T): Record<keyof T, number> {
  const values = {} as Record<keyof T, number>;
  for (const key in fields) {
    const { offset, width } = fields[key] as Field;
    values[key] = width === 8 ? readUInt64(source, at + offset) : source.readUIntLE(at + offset, width);
  }
  return values;
}

export function readUInt64(source: Buffer, at: number): number {
  const value = source.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ArchiveError('malformed', `Cannot read the archive: the number ${value} is too large`);
  return Number(value);
}

const FIRST = Date.UTC(1980, 0, 1) / 1000;
const LAST = Date.UTC(2107, 11, 31, 23, 59, 58) / 1000;

/** 4.4.6: MS-DOS date and time, steps of two seconds, of the UTC time; outside 1980 to 2107 the nearest one. */
export function dosTime(seconds: number): { readonly date: number; readonly time: number } {
  const at = new Date(Math.min(Math.max(seconds, FIRST), LAST) * 1000);
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}

/** Seconds since 1970, taking the fields as UTC. */
export function fromDosTime(date: number, time: number): number {
  const day = Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31);
  return day / 1000 + (time >> 11) * 3600 + ((time >> 5) & 63) * 60 + (time & 31) * 2;
}
