import type { Member } from './part.ts';
import type { Slab } from './slab.ts';
import {
  CENTRAL,
  DOS_DIRECTORY,
  END,
  END64,
  FLAG,
  LENGTH,
  LOCAL,
  LOCATOR64,
  MAX16,
  MAX32,
  SIGNATURE,
  UNIX_TYPE,
  VERSION,
  writeRecord,
  ZIP64_EXTRA,
} from './zip-records.ts';

/** One member as zip describes it. */
export interface ZipRecord {
  readonly member: Member;
  /** UTF-8, with the trailing slash of a directory. */
  readonly name: Uint8Array;
  /** Type and permissions, `st_mode`. */
  readonly unixMode: number;
  readonly method: number;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly date: number;
  readonly time: number;
  /** Content that stands in no store: the target of a symlink. */
  readonly inline?: Uint8Array;
}

export function localLength(record: ZipRecord): number {
  return LENGTH.local + record.name.length + extraLength(localExtra(record));
}

export function centralLength(record: ZipRecord, localOffset: number): number {
  return LENGTH.central + record.name.length + extraLength(centralExtra(record, localOffset));
}

export function writeLocal(slab: Slab, record: ZipRecord): void {
  const extra = localExtra(record);
  const at = slab.claim(localLength(record));
  writeRecord(slab.bytes, at, LOCAL, {
    ...common(record, extra),
    signature: SIGNATURE.local,
    compressedSize: extra.length > 0 ? MAX32 : record.compressedSize,
    size: extra.length > 0 ? MAX32 : record.size,
  });
  writeTail(slab.bytes, at + LENGTH.local, record.name, extra);
}

export function writeCentral(slab: Slab, record: ZipRecord, localOffset: number): void {
  const extra = centralExtra(record, localOffset);
  const at = slab.claim(centralLength(record, localOffset));
  writeRecord(slab.bytes, at, CENTRAL, {
    ...common(record, extra),
    signature: SIGNATURE.central,
    versionMadeBy: VERSION.unix | versionNeeded(extra),
    compressedSize: Math.min(record.compressedSize, MAX32),
    size: Math.min(record.size, MAX32),
    commentLength: 0,
    disk: 0,
    internalAttributes: 0,
    externalAttributes: externalAttributes(record.unixMode),
    localOffset: Math.min(localOffset, MAX32),
  });
  writeTail(slab.bytes, at + LENGTH.central, record.name, extra);
}

/** The end of the central directory, with the zip64 records before it when a number needs them. */
export function writeEnd(central: { readonly entries: number; readonly size: number; readonly offset: number }): Uint8Array {
  const { entries, size, offset } = central;
  const zip64 = entries >= MAX16 || size >= MAX32 || offset >= MAX32;
  const start = zip64 ? LENGTH.end64 + LENGTH.locator64 : 0;
  const target = Buffer.alloc(start + LENGTH.end);
  if (zip64) writeEnd64(target, central);
  writeRecord(target, start, END, {
    signature: SIGNATURE.end,
    disk: 0,
    centralDisk: 0,
    diskEntries: Math.min(entries, MAX16),
    entries: Math.min(entries, MAX16),
    centralSize: Math.min(size, MAX32),
    centralOffset: Math.min(offset, MAX32),
    commentLength: 0,
  });
  return target;
}

function writeEnd64(target: Buffer, { entries, size, offset }: { readonly entries: number; readonly size: number; readonly offset: number }): void {
  writeRecord(target, 0, END64, {
    signature: SIGNATURE.end64,
    recordSize: LENGTH.end64 - 12,
    versionMadeBy: VERSION.unix | VERSION.zip64,
    versionNeeded: VERSION.zip64,
    disk: 0,
    centralDisk: 0,
    diskEntries: entries,
    entries,
    centralSize: size,
    centralOffset: offset,
  });
  writeRecord(target, LENGTH.end64, LOCATOR64, { signature: SIGNATURE.locator64, disk: 0, end64Offset: offset + size, disks: 1 });
}

function common(record: ZipRecord, extra: readonly number[]) {
  return {
    versionNeeded: versionNeeded(extra),
    flags: record.name.some((byte) => byte > 0x7f) ? FLAG.utf8 : 0,
    method: record.method,
    time: record.time,
    date: record.date,
    crc32: record.crc32,
    nameLength: record.name.length,
    extraLength: extraLength(extra),
  };
}

function versionNeeded(extra: readonly number[]): number {
  return extra.length > 0 ? VERSION.zip64 : VERSION.plain;
}

function externalAttributes(unixMode: number): number {
  return unixMode * 0x10000 + ((unixMode & UNIX_TYPE.mask) === UNIX_TYPE.directory ? DOS_DIRECTORY : 0);
}

/** 4.5.3: a local header has both sizes or none. */
function localExtra({ size, compressedSize }: ZipRecord): readonly number[] {
  return size >= MAX32 || compressedSize >= MAX32 ? [size, compressedSize] : [];
}

function centralExtra({ size, compressedSize }: ZipRecord, localOffset: number): readonly number[] {
  return [size, compressedSize, localOffset].filter((value) => value >= MAX32);
}

function extraLength(extra: readonly number[]): number {
  return extra.length === 0 ? 0 : 4 + extra.length * 8;
}

function writeTail(target: Buffer, at: number, name: Uint8Array, extra: readonly number[]): void {
  target.set(name, at);
  if (extra.length === 0) return;
  const start = at + name.length;
  target.writeUInt16LE(ZIP64_EXTRA, start);
  target.writeUInt16LE(extra.length * 8, start + 2);
  for (const [index, value] of extra.entries()) target.writeBigUInt64LE(BigInt(value), start + 4 + index * 8);
}
