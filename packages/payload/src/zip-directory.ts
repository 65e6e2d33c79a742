import { ArchiveError } from './archive-error.ts';
import { END, END64, LENGTH, LOCATOR64, MAX16, MAX32, readRecord, SIGNATURE } from './zip-records.ts';

/** Random access to an archive's bytes; `read` is short only at the end. */
export interface ZipSource {
  readonly size: number;
  readonly read: (position: number, length: number) => Uint8Array;
}

/** Where the list of entries is. */
export interface Directory {
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
}

/** Finds the one end record. Two that could be it, or bytes between the records, mean different entries to different programs: refused. */
export function findDirectory(source: ZipSource): Directory {
  const tail = tailOf(source);
  const at = endPosition(tail);
  const end = readRecord(tail, at, END);
  if (end.disk !== 0 || end.centralDisk !== 0 || end.diskEntries !== end.entries)
    throw new ArchiveError('unsupported', 'Cannot read the archive: it is split');
  const endPlace = source.size - tail.length + at;
  const wide = readEnd64(source, endPlace, end);
  const directory: Directory = { entries: (wide ?? end).entries, size: (wide ?? end).centralSize, offset: (wide ?? end).centralOffset };
  const place = wide ? wide.place : endPlace;
  if (directory.offset + directory.size !== place)
    throw new ArchiveError('inconsistent', 'Cannot read the archive: the list of its entries is not where it says');
  return directory;
}

function tailOf(source: ZipSource): Buffer {
  const length = Math.min(source.size, LENGTH.end + MAX16);
  const bytes = source.read(source.size - length, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The record whose comment ends where the file ends. */
function endPosition(tail: Buffer): number {
  const found: number[] = [];
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(SIGNATURE.end);
  for (let at = tail.indexOf(signature); at >= 0; at = tail.indexOf(signature, at + 1)) {
    if (at + LENGTH.end <= tail.length && at + LENGTH.end + tail.readUInt16LE(at + END.commentLength.offset) === tail.length) found.push(at);
  }
  const [only] = found;
  if (only === undefined) throw new ArchiveError('truncated', 'Cannot read the archive: it has no end record of zip');
  if (found.length > 1) throw new ArchiveError('inconsistent', 'Cannot read the archive: it has two end records');
  return only;
}

type End = Record<keyof typeof END, number>;

/** The zip64 end record, wherever a field of the other one asks for it. */
function readEnd64(source: ZipSource, endPlace: number, end: End) {
  const wanted = end.entries === MAX16 || end.centralSize === MAX32 || end.centralOffset === MAX32;
  const locator = locatorBefore(source, endPlace);
  if (!locator) return undefined;
  if (!wanted) throw new ArchiveError('inconsistent', 'Cannot read the archive: it has a zip64 record nothing asks for');
  const bytes = source.read(locator.end64Offset, LENGTH.end64);
  if (bytes.length < LENGTH.end64) throw new ArchiveError('truncated', 'Cannot read the archive: its zip64 record is cut');
  const record = readRecord(Buffer.from(bytes), 0, END64);
  const place = locator.end64Offset;
  const adjacent = place + 12 + record.recordSize + LENGTH.locator64 === endPlace;
  if (record.signature !== SIGNATURE.end64 || locator.disks > 1 || !adjacent)
    throw new ArchiveError('inconsistent', 'Cannot read the archive: its zip64 record is not where it says');
  checkAgreement(end, record);
  return { ...record, place };
}

function locatorBefore(source: ZipSource, endPlace: number): Record<keyof typeof LOCATOR64, number> | undefined {
  if (endPlace < LENGTH.locator64) return undefined;
  const bytes = Buffer.from(source.read(endPlace - LENGTH.locator64, LENGTH.locator64));
  return bytes.readUInt32LE() === SIGNATURE.locator64 ? readRecord(bytes, 0, LOCATOR64) : undefined;
}

/** A number both records hold must be one number. */
function checkAgreement(end: End, wide: Record<keyof typeof END64, number>): void {
  const pairs = [
    [end.entries, wide.entries, MAX16],
    [end.centralSize, wide.centralSize, MAX32],
    [end.centralOffset, wide.centralOffset, MAX32],
  ] as const;
  if (pairs.some(([narrow, value, max]) => narrow !== max && narrow !== value))
    throw new ArchiveError('inconsistent', 'Cannot read the archive: its two end records disagree');
}
