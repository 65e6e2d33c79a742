import { headerTooLarge } from './errors.ts';

/** The structure both headers of a package have: an index of entries, and their data. All numbers are big-endian. */

export const HEADER_MAGIC: Uint8Array = Uint8Array.of(0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0);
export const INTRO_LENGTH = 16;
export const ENTRY_LENGTH = 16;

export const TYPE = { int16: 3, int32: 4, int64: 5, string: 6, binary: 7, strings: 8, i18n: 9 } as const;

export type FieldType = keyof typeof TYPE;

/** Bytes of one number, which are what it is aligned to. */
export const NUMBER_WIDTH: Readonly<Partial<Record<FieldType, number>>> = { int16: 2, int32: 4, int64: 8 };

export interface Field {
  readonly tag: number;
  readonly type: FieldType;
  readonly count: number;
  readonly data: Uint8Array;
}

/** rpm refuses arrays of 2^20 items, and 256 MiB of data. */
const COUNT_MAX = 2 ** 20 - 1;
const DATA_MAX = 2 ** 28 - 1;

export function numbers(type: 'int16' | 'int32' | 'int64', tag: number, values: readonly number[]): Field {
  const width = NUMBER_WIDTH[type] as number;
  const data = Buffer.alloc(values.length * width);
  values.forEach((value, index) => {
    if (type === 'int64') data.writeBigUInt64BE(BigInt(value), index * width);
    else data.writeUIntBE(value, index * width, width);
  });
  return { tag, type, count: values.length, data };
}

export function int32(tag: number, ...values: readonly number[]): Field {
  return numbers('int32', tag, values);
}

export function text(tag: number, value: string): Field {
  return { tag, type: 'string', count: 1, data: terminated([value]) };
}

export function texts(tag: number, values: readonly string[]): Field {
  return { tag, type: 'strings', count: values.length, data: terminated(values) };
}

/** One text for the only locale of the table, `C`. */
export function localText(tag: number, value: string): Field {
  return { ...text(tag, value), type: 'i18n' };
}

export function binary(tag: number, data: Uint8Array): Field {
  return { tag, type: 'binary', count: data.length, data };
}

function terminated(values: readonly string[]): Buffer {
  if (values.some((value) => value.includes('\0'))) throw new RangeError('Cannot write a header: a text holds a NUL character');
  return Buffer.from(values.map((value) => `${value}\0`).join(''));
}

export interface EncodedHeader {
  readonly bytes: Buffer;
  /** Overwrites an entry's data with as many bytes. */
  readonly replace: (tag: number, data: Uint8Array) => void;
}

/** A header whose first entry is the region that says which of them belong together: all. */
export function encodeHeader(region: number, fields: readonly Field[]): EncodedHeader {
  const sorted = fields.toSorted((a, b) => a.tag - b.tag);
  const offsets = layOut(sorted);
  const end = offsets.end + ENTRY_LENGTH;
  const large = sorted.find(({ count }) => count > COUNT_MAX);
  if (large || end > DATA_MAX) throw headerTooLarge(large ? `an array of ${large.count} items` : `${end} bytes`);
  const dataStart = INTRO_LENGTH + (sorted.length + 1) * ENTRY_LENGTH;
  const bytes = Buffer.alloc(dataStart + end);
  bytes.set(HEADER_MAGIC);
  bytes.writeUInt32BE(sorted.length + 1, 8);
  bytes.writeUInt32BE(end, 12);
  putEntry(bytes, INTRO_LENGTH, [region, TYPE.binary, offsets.end, ENTRY_LENGTH]);
  sorted.forEach(({ tag, type, count, data }, index) => {
    const offset = offsets.of[index] as number;
    putEntry(bytes, INTRO_LENGTH + (index + 1) * ENTRY_LENGTH, [tag, TYPE[type], offset, count]);
    bytes.set(data, dataStart + offset);
  });
  // The region's trailer leads back to the first entry.
  putEntry(bytes, dataStart + offsets.end, [region, TYPE.binary, -(sorted.length + 1) * ENTRY_LENGTH, ENTRY_LENGTH]);
  return { bytes, replace: (tag, data) => replace(bytes, placeOf(sorted, offsets.of, tag), dataStart, data) };
}

function layOut(fields: readonly Field[]): { readonly of: readonly number[]; readonly end: number } {
  const of: number[] = [];
  let end = 0;
  for (const { type, data } of fields) {
    const unit = NUMBER_WIDTH[type] ?? 1;
    const offset = Math.ceil(end / unit) * unit;
    of.push(offset);
    end = offset + data.length;
  }
  return { of, end };
}

function putEntry(bytes: Buffer, at: number, values: readonly [tag: number, type: number, offset: number, count: number]): void {
  values.forEach((value, index) => {
    bytes.writeInt32BE(value, at + index * 4);
  });
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

function placeOf(fields: readonly Field[], offsets: readonly number[], tag: number): Place {
  const index = fields.findIndex((field) => field.tag === tag);
  if (index < 0) throw new RangeError(`Cannot replace tag ${tag}: the header does not have it`);
  return { offset: offsets[index] as number, length: fields[index]?.data.length ?? 0 };
}

function replace(bytes: Buffer, { offset, length }: Place, dataStart: number, data: Uint8Array): void {
  if (data.length !== length) throw new RangeError(`Cannot replace ${length} bytes of a header by ${data.length}`);
  bytes.set(data, dataStart + offset);
}
