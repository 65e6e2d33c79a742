import { bytesAt, type ElfBytes, type Layout, layoutOf } from './layout.ts';
import { cpuOf, type ElfCpu } from './machine.ts';

/** What packagers want to know of an ELF file. Hostile input gives undefined or less, never an exception. */
export interface Elf {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** e_machine as it stands, and by name where it is known. */
  readonly machine: number;
  readonly cpu: ElfCpu | undefined;
  /** EI_OSABI: 0 is System V, which Linux writes too, 3 Linux with GNU's extensions, 9 FreeBSD, 12 OpenBSD. */
  readonly osAbi: number;
  readonly type: 'relocatable' | 'executable' | 'shared' | 'other';
  /** PT_INTERP: the loader the program asks for. */
  readonly interpreter: string | undefined;
  /** Has a PT_DYNAMIC segment; a static program made position independent has one too. */
  readonly dynamic: boolean;
  /** What the dynamic section says; undefined where it cannot be read, as of a file's first bytes. */
  readonly linking: Linking | undefined;
}

export interface Linking {
  readonly soname: string | undefined;
  /** DT_NEEDED in their order. */
  readonly needed: readonly string[];
  /** Versions asked of them: `libc.so.6` -> `GLIBC_2.34`. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  readonly runPath: string | undefined;
}

const TYPES: Readonly<Record<number, Elf['type']>> = { 1: 'relocatable', 2: 'executable', 3: 'shared' };
const [PT_LOAD, PT_DYNAMIC, PT_INTERP] = [1, 2, 3];
const PATH_MAX = 4096;
const DYNAMIC_MAX = 64 * 1024;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Reads ELF headers from a whole file or its first bytes; undefined when it is none. */
export function readElf(source: ElfBytes | Uint8Array): Elf | undefined {
  const file = source instanceof Uint8Array ? bytesAt(source) : source;
  const layout = layoutOf(file);
  if (layout === undefined) return undefined;
  const segments = segmentsOf(layout);
  const interpreter = segments.find(({ type }) => type === PT_INTERP);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  return {
    bits: layout.bits,
    littleEndian: layout.littleEndian,
    machine: layout.machine,
    cpu: cpuOf(layout.machine, layout.littleEndian),
    osAbi: layout.osAbi,
    type: TYPES[layout.type] ?? 'other',
    interpreter: interpreter && textIn(layout, interpreter.offset, Math.min(interpreter.size, PATH_MAX)),
    dynamic: dynamic !== undefined,
    linking: dynamic && linkingOf(layout, segments, dynamic),
  };
}

/** A program that asks for no loader. */
export function isStaticElf(elf: Elf | undefined): boolean {
  return elf !== undefined && elf.interpreter === undefined && (elf.type === 'executable' || (elf.type === 'shared' && isStaticPie(elf)));
}

/** It needs nothing and has no name others could need it by. */
function isStaticPie({ dynamic, linking }: Elf): boolean {
  return dynamic && linking !== undefined && linking.needed.length === 0 && linking.soname === undefined;
}

function segmentsOf({ programHeaders: { offset, count, size }, view, bits }: Layout): readonly Segment[] {
  const wide = bits === 64;
  return Array.from({ length: count }, (_, index) => offset + index * size).flatMap((at) => {
    const header = view(at, wide ? 56 : 32);
    if (header === undefined) return [];
    const [file, address, length] = wide ? [8, 16, 32] : [4, 8, 16];
    return [{ type: header.u32(0), offset: header.word(file), address: header.word(address), size: header.word(length) }];
  });
}

function textIn({ file }: Layout, offset: number, max: number): string | undefined {
  const bytes = Buffer.from(file.read(offset, max));
  const end = bytes.indexOf(0);
  return end < 0 ? undefined : bytes.toString('utf8', 0, end);
}

/** gABI, Dynamic Section: DT_NEEDED, DT_STRTAB, DT_SONAME, DT_RPATH, DT_RUNPATH, and GNU's DT_VERNEED. */
const TAG = { needed: 1, strings: 5, soname: 14, rpath: 15, runpath: 29, verneed: 0x6ffffffe, verneedCount: 0x6fffffff } as const;

function linkingOf(layout: Layout, segments: readonly Segment[], dynamic: Segment): Linking | undefined {
  const entries = dynamicEntries(layout, dynamic);
  const one = (tag: number): number | undefined => entries?.find(([each]) => each === tag)?.[1];
  const strings = fileOffset(segments, one(TAG.strings));
  if (entries === undefined || strings === undefined) return undefined;
  const text = (offset: number | undefined): string | undefined => (offset === undefined ? undefined : textIn(layout, strings + offset, PATH_MAX));
  const needed = entries.filter(([tag]) => tag === TAG.needed).map(([, offset]) => text(offset));
  if (needed.includes(undefined)) return undefined;
  const versions = versionsOf(layout, { at: fileOffset(segments, one(TAG.verneed)), count: one(TAG.verneedCount) ?? 0 }, text);
  return { soname: text(one(TAG.soname)), needed: needed as string[], versions, runPath: text(one(TAG.runpath) ?? one(TAG.rpath)) };
}

function dynamicEntries({ view, bits }: Layout, { offset, size }: Segment): readonly (readonly [tag: number, value: number])[] | undefined {
  const wide = bits / 8;
  const length = Math.min(size, DYNAMIC_MAX);
  const section = view(offset, length - (length % (2 * wide)));
  if (section === undefined) return undefined;
  const entries = Array.from({ length: Math.floor(length / (2 * wide)) }, (_, index) => index * 2 * wide).map(
    (at) => [section.word(at), section.word(at + wide)] as const,
  );
  const end = entries.findIndex(([tag]) => tag === 0);
  return end < 0 ? entries : entries.slice(0, end);
}

function fileOffset(segments: readonly Segment[], address: number | undefined): number | undefined {
  if (address === undefined) return undefined;
  const segment = segments.find(({ type, address: start, size }) => type === PT_LOAD && address >= start && address < start + size);
  return segment && segment.offset + address - segment.address;
}

const RECORDS_MAX = 1024;

/** Elf_Verneed and its Elf_Vernaux: 16 bytes each, chained by distances. */
function versionsOf(
  { view }: Layout,
  { at, count }: { readonly at: number | undefined; readonly count: number },
  text: (offset: number) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let left = RECORDS_MAX;
  for (let record = at, index = 0; record !== undefined && index < count && left-- > 0; index++) {
    const need = view(record, 16);
    if (need === undefined) break;
    const names: string[] = [];
    for (let aux = record + need.u32(8), each = 0; each < need.u16(2) && left-- > 0; each++) {
      const version = view(aux, 16);
      const name = version && text(version.u32(8));
      if (version === undefined || name === undefined) break;
      names.push(name);
      aux += version.u32(12);
    }
    const library = text(need.u32(4));
    if (library !== undefined) found.set(library, names);
    record = need.u32(12) === 0 ? undefined : record + need.u32(12);
  }
  return found;
}
