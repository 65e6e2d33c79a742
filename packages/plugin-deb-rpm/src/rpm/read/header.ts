import { ENTRY_LENGTH, HEADER_MAGIC, INTRO_LENGTH } from '../header.ts';
import { error, type Problem } from './findings.ts';

/** A header as rpm takes it: what is out of its bounds is not looked at. */
export class Header {
  readonly #values: ReadonlyMap<number, Value>;
  /** Of the whole structure. */
  readonly length: number;

  constructor(values: ReadonlyMap<number, Value>, length: number) {
    this.#values = values;
    this.length = length;
  }

  has(tag: number): boolean {
    return this.#values.has(tag);
  }

  number(tag: number): number | undefined {
    return this.numbers(tag)[0];
  }

  numbers(tag: number): readonly number[] {
    return this.#values.get(tag)?.numbers ?? [];
  }

  text(tag: number): string | undefined {
    return this.texts(tag)[0];
  }

  texts(tag: number): readonly string[] {
    return this.#values.get(tag)?.texts ?? [];
  }
}

export interface Value {
  readonly numbers?: readonly number[];
  readonly texts?: readonly string[];
}

export interface ParsedHeader {
  readonly header: Header | undefined;
  readonly problems: readonly Problem[];
}

/** rpm reads no larger ones: lib/header.c. */
const INDEX_MAX = 0xffff;
const DATA_MAX = 2 ** 28;

/** Bytes a header takes, by its first 16; undefined when they begin none. */
export function headerLength(intro: Uint8Array): number | undefined {
  const bytes = Buffer.from(intro);
  if (bytes.length < INTRO_LENGTH || !bytes.subarray(0, 8).equals(HEADER_MAGIC)) return undefined;
  const [count, size] = [bytes.readUInt32BE(8), bytes.readUInt32BE(12)];
  return count === 0 || count > INDEX_MAX || size > DATA_MAX ? undefined : INTRO_LENGTH + count * ENTRY_LENGTH + size;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

export function parseHeader(what: string, region: number, bytes: Buffer): ParsedHeader {
  const count = bytes.readUInt32BE(8);
  const data = bytes.subarray(INTRO_LENGTH + count * ENTRY_LENGTH);
  const [first, ...entries] = Array.from({ length: count }, (_, index) => entryAt(bytes, INTRO_LENGTH + index * ENTRY_LENGTH));
  const values = new Map<number, Value>();
  const problems: Problem[] = [...regionProblems(what, region, { first, count, data }), ...orderProblems(what, entries)];
  for (const entry of entries) {
    const value = readValue(entry, data);
    if (value === undefined) problems.push(error('header', `Tag ${entry.tag} of the ${what} leads out of it or is of no known type`));
    else values.set(entry.tag, value);
  }
  return { header: new Header(values, bytes.length), problems };
}

function entryAt(bytes: Buffer, at: number): Entry {
  const field = (index: number): number => bytes.readInt32BE(at + index * 4);
  return { tag: field(0), type: field(1), offset: field(2), count: field(3) };
}

interface RegionFacts {
  readonly first: Entry | undefined;
  readonly count: number;
  readonly data: Buffer;
}

/** The region's 16 bytes at the end of the data lead back over the whole index. */
function regionProblems(what: string, region: number, { first, count, data }: RegionFacts): readonly Problem[] {
  const wrong = [error('region', `The ${what} does not begin with a region of all its tags: rpm takes it for one of another age`)];
  if (first?.tag !== region || first.type !== 7 || first.count !== 16 || first.offset !== data.length - 16 || data.length < 16) return wrong;
  const trailer = entryAt(data, first.offset);
  return trailer.tag === region && trailer.type === 7 && trailer.offset === -count * ENTRY_LENGTH && trailer.count === 16 ? [] : wrong;
}

function orderProblems(what: string, entries: readonly Entry[]): readonly Problem[] {
  return entries.slice(1).flatMap(({ tag }, index) => {
    const before = entries[index]?.tag ?? 0;
    if (tag === before) return [error('order', `Tag ${tag} is twice in the ${what}`)];
    return tag < before ? [error('order', `Tag ${tag} follows ${before} in the ${what}: rpm 6 wants them in order`)] : [];
  });
}

const WIDTH: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };
const [BINARY, STRING] = [7, 6];
const TEXTUAL: readonly number[] = [STRING, 8, 9];

function readValue({ type, offset, count }: Entry, data: Buffer): Value | undefined {
  if (offset < 0 || offset > data.length || count < 1 || count > data.length) return undefined;
  if (TEXTUAL.includes(type)) return type === STRING && count !== 1 ? undefined : textsAt(data, offset, count);
  const width = WIDTH[type];
  if (width === undefined || offset + count * width > data.length || offset % width !== 0) return undefined;
  if (type === BINARY) return {};
  const numbers = Array.from({ length: count }, (_, index) => numberAt(data, offset + index * width, width));
  return { numbers };
}

function numberAt(data: Buffer, at: number, width: number): number {
  return width === 8 ? Number(data.readBigUInt64BE(at)) : data.readUIntBE(at, width);
}

function textsAt(data: Buffer, offset: number, count: number): Value | undefined {
  const texts: string[] = [];
  for (let at = offset; texts.length < count; ) {
    const end = data.indexOf(0, at);
    if (end < 0) return undefined;
    texts.push(data.toString('utf8', at, end));
    at = end + 1;
  }
  return { texts };
}
