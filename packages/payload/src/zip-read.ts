import { ArchiveError, cannotRead } from './archive-error.ts';
import { decodeText, withoutEndSlash } from './decode-text.ts';
import { exactly, readContent, streamContent } from './zip-content.ts';
import { type Directory, findDirectory, type ZipSource } from './zip-directory.ts';
import {
  CENTRAL,
  FLAG,
  fromDosTime,
  LENGTH,
  LOCAL,
  MAX32,
  METHOD,
  readRecord,
  readUInt64,
  SIGNATURE,
  UNIX_TYPE,
  ZIP64_EXTRA,
} from './zip-records.ts';

export type { ZipSource };

export interface ZipEntry {
  /** As stored, but for a directory's trailing slash: it may be absolute or climb with `..`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly method: 'stored' | 'deflate';
  readonly crc32: number;
  /** Seconds since 1970, the stored fields taken as UTC. */
  readonly mtime: number;
  readonly target?: string;
  /** The content; throws ArchiveError unless size and crc are right. A deflated one is held in memory as a whole. */
  readonly body: () => Iterable<Uint8Array>;
  /** The same in pieces, whatever its size. */
  readonly stream: () => AsyncIterable<Uint8Array>;
}

export interface ZipLimits {
  readonly entries?: number;
  /** Bytes of one entry, and of all together. */
  readonly size?: number;
  readonly totalSize?: number;
  /** Bytes of one entry over its compressed bytes. */
  readonly ratio?: number;
}

/** Deflate reaches 1032; more is a lie about the size. */
const LIMITS = { entries: 1_000_000, size: 2 ** 32, totalSize: 2 ** 40, ratio: 1032 } as const;
const LINK_MAX = 0xffff;
const DEFAULT_MODE = { file: 0o644, directory: 0o755, symlink: 0o777 } as const;

/** Lists a zip archive. Nothing is unpacked. Throws ArchiveError for what it cannot trust, and where two headers disagree. */
export function* readZip(source: ZipSource, limits: ZipLimits = {}): Generator<ZipEntry, void, undefined> {
  const max = { ...LIMITS, ...limits };
  const directory = findDirectory(source);
  if (directory.entries > max.entries) throw new ArchiveError('limit', `Cannot read the archive: it has more than ${max.entries} entries`);
  const records = readCentral(source, directory);
  checkLimits(records, max);
  const starts = records.map((record) => locate(source, record, directory));
  refuseOverlap(records, starts);
  for (const [index, record] of records.entries()) yield describe(source, record, starts[index] as number);
}

/** One central header with its zip64 numbers in place. */
interface Central {
  readonly name: Buffer;
  readonly path: string;
  readonly versionMadeBy: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly externalAttributes: number;
  readonly localOffset: number;
}

function readCentral(source: ZipSource, directory: Directory): readonly Central[] {
  const bytes = exactly(source, directory.offset, directory.size);
  const records: Central[] = [];
  let at = 0;
  for (let index = 0; index < directory.entries; index++) {
    const { record, end } = readCentralHeader(bytes, at);
    records.push(record);
    at = end;
  }
  if (at !== bytes.length) throw inconsistent('the list of its entries is longer than they are');
  return records;
}

function readCentralHeader(bytes: Buffer, at: number): { readonly record: Central; readonly end: number } {
  if (at + LENGTH.central > bytes.length) throw inconsistent('the list of its entries is shorter than they are');
  const fields = readRecord(bytes, at, CENTRAL);
  if (fields.signature !== SIGNATURE.central) throw inconsistent('an entry of its list has another signature');
  const nameEnd = at + LENGTH.central + fields.nameLength;
  const extraEnd = nameEnd + fields.extraLength;
  const end = extraEnd + fields.commentLength;
  if (end > bytes.length) throw inconsistent('the list of its entries is shorter than they are');
  const name = bytes.subarray(at + LENGTH.central, nameEnd);
  const numbers = { size: fields.size, compressedSize: fields.compressedSize, localOffset: fields.localOffset };
  const record = { ...fields, ...zip64Numbers(bytes.subarray(nameEnd, extraEnd), numbers), name, path: pathOf(name) };
  refuseUnsupported(record, fields.disk);
  return { record, end };
}

function pathOf(name: Buffer): string {
  const path = decodeText(name);
  if (path === '' || path.includes('\0')) throw cannotRead('malformed', path, 'it is not a name');
  return path;
}

function refuseUnsupported(record: Central, disk: number): void {
  if (disk !== 0) throw cannotRead('unsupported', record.path, 'it is on another disk');
  if (record.flags & FLAG.encrypted) throw cannotRead('unsupported', record.path, 'it is encrypted');
  if (record.method !== METHOD.stored && record.method !== METHOD.deflate)
    throw cannotRead('unsupported', record.path, `it has the method ${record.method}`);
}

/** Puts the numbers of the zip64 extra field in place of those that are all ones, in their order. */
function zip64Numbers<T extends Readonly<Record<string, number>>>(extra: Buffer, numbers: T): T {
  const result: Record<string, number> = { ...numbers };
  let at = 0;
  const data = extraField(extra, ZIP64_EXTRA);
  for (const key of Object.keys(numbers)) {
    if (numbers[key] !== MAX32) continue;
    if (!data) continue;
    if (at + 8 > data.length) throw inconsistent('a zip64 field is too short');
    result[key] = readUInt64(data, at);
    at += 8;
  }
  return result as T;
}

function extraField(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) throw inconsistent('an extra field is longer than its place');
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

function checkLimits(records: readonly Central[], max: Required<ZipLimits>): void {
  let total = 0;
  for (const { path, size, compressedSize, method } of records) {
    total += size;
    if (size > max.size) throw cannotRead('limit', path, `${size} bytes are over the limit of ${max.size}`);
    if (total > max.totalSize) throw new ArchiveError('limit', `Cannot read the archive: its entries have more than ${max.totalSize} bytes`);
    if (method === METHOD.stored && size !== compressedSize) throw cannotRead('inconsistent', path, 'it is stored with two sizes');
    if (size > compressedSize * max.ratio) throw cannotRead('limit', path, `${compressedSize} bytes cannot become ${size}`);
  }
}

/** Position of an entry's data, after checking its own header against the list. */
function locate(source: ZipSource, record: Central, directory: Directory): number {
  const at = record.localOffset;
  if (at + LENGTH.local > directory.offset) throw cannotRead('inconsistent', record.path, 'its header is outside the archive');
  const fields = readRecord(exactly(source, at, LENGTH.local), 0, LOCAL);
  const tail = exactly(source, at + LENGTH.local, fields.nameLength + fields.extraLength);
  const numbers = zip64Numbers(tail.subarray(fields.nameLength), { size: fields.size, compressedSize: fields.compressedSize });
  const local = { ...fields, ...numbers };
  if (fields.signature !== SIGNATURE.local || !tail.subarray(0, fields.nameLength).equals(record.name))
    throw cannotRead('inconsistent', record.path, 'its header has another name');
  if (local.method !== record.method || local.flags !== record.flags) throw cannotRead('inconsistent', record.path, 'its header has another method');
  const later = (local.flags & FLAG.dataDescriptor) !== 0;
  for (const key of ['crc32', 'size', 'compressedSize'] as const) {
    if (local[key] !== record[key] && !(later && local[key] === 0)) throw cannotRead('inconsistent', record.path, `its header has another ${key}`);
  }
  const start = at + LENGTH.local + tail.length;
  if (start + record.compressedSize > directory.offset) throw cannotRead('inconsistent', record.path, 'its data is outside the archive');
  return start;
}

function refuseOverlap(records: readonly Central[], starts: readonly number[]): void {
  const order = records.map((record, index) => ({ record, end: (starts[index] as number) + record.compressedSize }));
  order.sort((a, b) => a.record.localOffset - b.record.localOffset);
  let end = 0;
  for (const next of order) {
    if (next.record.localOffset < end) throw cannotRead('inconsistent', next.record.path, 'it shares bytes with another entry');
    end = next.end;
  }
}

function describe(source: ZipSource, record: Central, start: number): ZipEntry {
  const unixMode = Math.floor(record.externalAttributes / 0x10000);
  const type = typeOf(record, unixMode);
  const place = { ...record, start };
  const body = () => readContent(source, place);
  return {
    path: type === 'directory' ? withoutEndSlash(record.path) : record.path,
    type,
    mode: unixMode === 0 ? DEFAULT_MODE[type] : unixMode & 0o7777,
    size: record.size,
    compressedSize: record.compressedSize,
    method: record.method === METHOD.deflate ? 'deflate' : 'stored',
    crc32: record.crc32,
    mtime: fromDosTime(record.date, record.time),
    ...(type === 'symlink' ? { target: targetOf(record, body) } : {}),
    body,
    stream: () => streamContent(source, place),
  };
}

function typeOf(record: Central, unixMode: number): ZipEntry['type'] {
  const kind = unixMode & UNIX_TYPE.mask;
  const named = record.path.endsWith('/');
  if (kind === UNIX_TYPE.symlink && !named) return 'symlink';
  if (kind !== 0 && kind !== UNIX_TYPE.file && kind !== UNIX_TYPE.directory)
    throw cannotRead('unsupported', record.path, `it has the type ${kind.toString(8)}`);
  if (kind !== 0 && (kind === UNIX_TYPE.directory) !== named) throw cannotRead('inconsistent', record.path, 'its name and its type disagree');
  if (named && record.size > 0) throw cannotRead('malformed', record.path, `a directory says it has ${record.size} bytes`);
  return named ? 'directory' : 'file';
}

function targetOf(record: Central, body: () => Iterable<Uint8Array>): string {
  if (record.size > LINK_MAX) throw cannotRead('limit', record.path, `a link of ${record.size} bytes`);
  const target = decodeText(Buffer.concat([...body()]));
  if (target === '' || target.includes('\0')) throw cannotRead('malformed', record.path, 'it is a link without a target');
  return target;
}

function inconsistent(found: string): ArchiveError {
  return new ArchiveError('inconsistent', `Cannot read the archive: ${found}`);
}
