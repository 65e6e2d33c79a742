/** An ELF program as far as stripping needs it: its segments' extent, its sections, and where its header names them (gABI). */

export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
}

export interface ElfFile {
  readonly bytes: Buffer;
  readonly fields: Fields;
  readonly sections: readonly Section[];
  /** Index of the section that holds the names of sections. */
  readonly names: number;
  /** End of all that is loaded, and of the headers before it. */
  readonly loadedEnd: number;
}

/** Reads and writes numbers of this file's class and byte order, and knows where its headers have them. */
export interface Fields {
  readonly wide: boolean;
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  readonly word: (at: number) => number;
  readonly setU16: (target: Buffer, at: number, value: number) => void;
  readonly setU32: (target: Buffer, at: number, value: number) => void;
  readonly setWord: (target: Buffer, at: number, value: number) => void;
}

export const SHT = { symbols: 2, strings: 3, rela: 4, noBits: 8, rel: 9, symbolIndexes: 18 } as const;
export const SHF_ALLOC = 2;
export const SHF_INFO_LINK = 0x40;

/** Offsets in Elf64_Ehdr and Elf32_Ehdr. */
export const HEADER = {
  wide: { size: 64, phoff: 32, shoff: 40, phentsize: 54, phnum: 56, shentsize: 58, shnum: 60, shstrndx: 62 },
  narrow: { size: 52, phoff: 28, shoff: 32, phentsize: 42, phnum: 44, shentsize: 46, shnum: 48, shstrndx: 50 },
} as const;
/** Offsets in Elf64_Shdr and Elf32_Shdr. */
export const SECTION = {
  wide: { entry: 64, flags: 8, offset: 24, size: 32, link: 40, info: 44, align: 48 },
  narrow: { entry: 40, flags: 8, offset: 16, size: 20, link: 24, info: 28, align: 32 },
} as const;

const [ET_EXEC, ET_DYN] = [2, 3];
/** Linkers pad the file's end to a word. */
const PADDING = 16;

/** Undefined for what is no program or library, has no sections, or has numbers that cannot be right. */
export function readElfFile(bytes: Buffer): ElfFile | undefined {
  const fields = fieldsOf(bytes);
  if (fields === undefined || ![ET_EXEC, ET_DYN].includes(fields.u16(16))) return undefined;
  const at = fields.wide ? HEADER.wide : HEADER.narrow;
  const names = fields.u16(at.shstrndx);
  const sections = sectionsOf(bytes, fields, names);
  const segmentsEnd = segmentsEndOf(bytes, fields);
  if (sections === undefined || segmentsEnd === undefined) return undefined;
  const loaded = sections.filter(({ flags }) => flags & SHF_ALLOC).map(endOf);
  return { bytes, fields, sections, names, loadedEnd: Math.max(segmentsEnd, ...loaded) };
}

/** Data behind all that the headers name, as self-extracting programs have it. */
export function hasTail({ bytes, fields, sections, loadedEnd }: ElfFile): boolean {
  const at = fields.wide ? HEADER.wide : HEADER.narrow;
  const tableEnd = fields.word(at.shoff) + sections.length * fields.u16(at.shentsize);
  return bytes.length > Math.max(loadedEnd, tableEnd, ...sections.map(endOf)) + PADDING;
}

function endOf({ type, offset, size }: Section): number {
  return type === SHT.noBits ? 0 : offset + size;
}

function fieldsOf(bytes: Buffer): Fields | undefined {
  if (bytes.length < HEADER.wide.size || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const [bits, order] = [bytes[4], bytes[5]];
  if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2)) return undefined;
  return order === 1 ? littleEndian(bytes, bits === 2) : bigEndian(bytes, bits === 2);
}

function littleEndian(bytes: Buffer, wide: boolean): Fields {
  return {
    wide,
    u16: (at) => bytes.readUInt16LE(at),
    u32: (at) => bytes.readUInt32LE(at),
    word: (at) => (wide ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at)),
    setU16: (target, at, value) => target.writeUInt16LE(value, at),
    setU32: (target, at, value) => target.writeUInt32LE(value, at),
    setWord: (target, at, value) => (wide ? target.writeBigUInt64LE(BigInt(value), at) : target.writeUInt32LE(value, at)),
  };
}

function bigEndian(bytes: Buffer, wide: boolean): Fields {
  return {
    wide,
    u16: (at) => bytes.readUInt16BE(at),
    u32: (at) => bytes.readUInt32BE(at),
    word: (at) => (wide ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at)),
    setU16: (target, at, value) => target.writeUInt16BE(value, at),
    setU32: (target, at, value) => target.writeUInt32BE(value, at),
    setWord: (target, at, value) => (wide ? target.writeBigUInt64BE(BigInt(value), at) : target.writeUInt32BE(value, at)),
  };
}

/** Whether a stretch lies in the file; sums of hostile numbers are no whole ones. */
function inside(bytes: Buffer, offset: number, size: number): boolean {
  return Number.isSafeInteger(offset + size) && offset + size <= bytes.length;
}

function sectionsOf(bytes: Buffer, { wide, u16, u32, word }: Fields, names: number): readonly Section[] | undefined {
  const at = wide ? HEADER.wide : HEADER.narrow;
  const has = wide ? SECTION.wide : SECTION.narrow;
  const [table, count] = [word(at.shoff), u16(at.shnum)];
  if (count === 0 || names >= count || u16(at.shentsize) !== has.entry || !inside(bytes, table, count * has.entry)) return undefined;
  const raw = Array.from({ length: count }, (_, index) => {
    const start = table + index * has.entry;
    const [flags, offset, size, align] = [has.flags, has.offset, has.size, has.align].map((each) => word(start + each)) as [
      number,
      number,
      number,
      number,
    ];
    return {
      index,
      nameAt: u32(start),
      type: u32(start + 4),
      flags: flags % 2 ** 32,
      offset,
      size,
      link: u32(start + has.link),
      info: u32(start + has.info),
      align,
    };
  });
  const strings = raw[names];
  if (strings === undefined || raw.some(({ type, offset, size }) => type !== SHT.noBits && !inside(bytes, offset, size))) return undefined;
  const text = bytes.subarray(strings.offset, strings.offset + strings.size);
  return raw.map(({ nameAt, ...section }) => ({ ...section, name: nameIn(text, nameAt) }));
}

function nameIn(text: Buffer, at: number): string {
  const end = text.indexOf(0, at);
  return end < 0 ? '' : text.toString('latin1', at, end);
}

function segmentsEndOf(bytes: Buffer, { wide, u16, word }: Fields): number | undefined {
  const at = wide ? HEADER.wide : HEADER.narrow;
  const [table, size, count] = [word(at.phoff), u16(at.phentsize), u16(at.phnum)];
  const [offsetAt, sizeAt, least] = wide ? [8, 32, 56] : [4, 16, 32];
  if ((count > 0 && size < least) || !inside(bytes, table, count * size)) return undefined;
  const ends = Array.from({ length: count }, (_, index) => word(table + index * size + offsetAt) + word(table + index * size + sizeAt));
  const end = Math.max(at.size, table + count * size, ...ends);
  return inside(bytes, end, 0) ? end : undefined;
}
