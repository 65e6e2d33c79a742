import { type ElfFile, HEADER, hasTail, readElfFile, SECTION, type Section, SHF_ALLOC, SHF_INFO_LINK, SHT } from './elf-file.ts';

/**
 * Takes symbol tables and debug sections out of an ELF program, as `strip` does, for any CPU. What is loaded stays where it is, byte for
 * byte. The same bytes when there is nothing to take; undefined when the file is none we may touch.
 */
export function stripElf(bytes: Buffer): Buffer | undefined {
  const file = readElfFile(bytes);
  if (file === undefined || hasTail(file)) return undefined;
  const kept = keptSections(file);
  if (kept.length === file.sections.length) return bytes;
  if (!isOrdered(file, kept)) return undefined;
  const stripped = written(file, kept);
  return stripped.length < bytes.length ? stripped : bytes;
}

/** Dynamic symbols name sections by number; and what overlaps, as in no file a linker wrote, would be written more than once. */
function isOrdered({ bytes, sections }: ElfFile, kept: readonly Section[]): boolean {
  const lastLoaded = sections.findLastIndex(({ flags }) => flags & SHF_ALLOC);
  const numbers = new Set(kept.map(({ index }) => index));
  const size = kept.reduce((sum, section) => sum + (section.type === SHT.noBits ? 0 : section.size), 0);
  return size <= bytes.length && sections.every(({ index }) => index > lastLoaded || numbers.has(index));
}

const DEBUG = /^\.(?:z?debug_|gdb_index$|stab|line$|debug$)/;

function keptSections({ sections, names }: ElfFile): readonly Section[] {
  const symbols = sections.filter(({ type, flags }) => (type === SHT.symbols || type === SHT.symbolIndexes) && !(flags & SHF_ALLOC));
  const gone = new Set(symbols.flatMap(({ index, type, link }) => (type === SHT.symbols ? [index, link] : [index])));
  for (const { index, name } of sections) if (DEBUG.test(name)) gone.add(index);
  // relocations that linkers were asked to leave
  for (const { index, type, info, link } of sections)
    if ((type === SHT.rel || type === SHT.rela) && (gone.has(info) || gone.has(link))) gone.add(index);
  return sections.filter(({ index, flags }) => index === 0 || index === names || flags & SHF_ALLOC || !gone.has(index));
}

function written(file: ElfFile, kept: readonly Section[]): Buffer {
  const { bytes, fields, loadedEnd, names } = file;
  const strings = nameTable(kept);
  const pieces: Buffer[] = [bytes.subarray(0, loadedEnd)];
  let length = loadedEnd;
  const append = (piece: Buffer, align: number): number => {
    const padding = -length & (align - 1);
    pieces.push(Buffer.alloc(padding), piece);
    length += padding + piece.length;
    return length - piece.length;
  };
  const places = kept.map((section) => placed(section));
  const has = fields.wide ? SECTION.wide : SECTION.narrow;
  const numbers = new Map(kept.map(({ index }, position) => [index, position]));
  const table = Buffer.concat(kept.map((section, position) => entryOf(file, section, { ...places[position], numbers, name: strings.at(position) })));
  const at = fields.wide ? HEADER.wide : HEADER.narrow;
  const shoff = append(table, 8);
  const whole = Buffer.concat(pieces);
  fields.setWord(whole, at.shoff, shoff);
  fields.setU16(whole, at.shnum, table.length / has.entry);
  fields.setU16(whole, at.shstrndx, numbers.get(names) ?? 0);
  return whole;

  function placed({ index, type, offset, size, align }: Section): { readonly offset: number; readonly size: number } {
    if (index === names) return { offset: append(strings.bytes, 1), size: strings.bytes.length };
    if (type === SHT.noBits || offset + size <= loadedEnd) return { offset, size };
    return { offset: append(bytes.subarray(offset, offset + size), alignment(align)), size };
  }
}

/** A power of two that is worth keeping; anything else is a lie. */
function alignment(align: number): number {
  return [2, 4, 8, 16, 32, 64].includes(align) ? align : 1;
}

interface Place {
  readonly offset?: number;
  readonly size?: number;
  readonly name: number;
  /** New number by old. */
  readonly numbers: ReadonlyMap<number, number>;
}

function entryOf({ bytes, fields }: ElfFile, { index, type, flags, link, info }: Section, { offset = 0, size = 0, name, numbers }: Place): Buffer {
  const at = fields.wide ? HEADER.wide : HEADER.narrow;
  const has = fields.wide ? SECTION.wide : SECTION.narrow;
  const start = fields.word(at.shoff) + index * has.entry;
  const entry = Buffer.from(bytes.subarray(start, start + has.entry));
  // the first entry has no meaning of its own
  if (index === 0) return entry;
  fields.setU32(entry, 0, name);
  fields.setWord(entry, has.offset, offset);
  fields.setWord(entry, has.size, size);
  fields.setU32(entry, has.link, numbers.get(link) ?? 0);
  const namesSection = type === SHT.rel || type === SHT.rela || (flags & SHF_INFO_LINK) !== 0;
  if (namesSection) fields.setU32(entry, has.info, numbers.get(info) ?? 0);
  return entry;
}

function nameTable(kept: readonly Section[]): { readonly bytes: Buffer; readonly at: (position: number) => number } {
  const starts: number[] = [];
  let text = '\0';
  for (const { name } of kept) {
    starts.push(name === '' ? 0 : text.length);
    if (name !== '') text += `${name}\0`;
  }
  return { bytes: Buffer.from(text, 'latin1'), at: (position) => starts[position] ?? 0 };
}
