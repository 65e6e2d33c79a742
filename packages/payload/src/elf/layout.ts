/** A file read by position: a `ReadSource` is one. */
export interface ElfBytes {
  readonly size: number;
  /** Up to `length` bytes at `position`; short only at the end. */
  readonly read: (position: number, length: number) => Uint8Array;
}

/** Numbers of one stretch of the file. `word` is as wide as the class. */
export interface View {
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  readonly word: (at: number) => number;
}

/** The ELF header, and the file through its eyes. */
export interface Layout {
  readonly file: ElfBytes;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly machine: number;
  /** EI_OSABI. */
  readonly osAbi: number;
  readonly type: number;
  readonly programHeaders: HeaderTable;
  readonly sectionHeaders: HeaderTable;
  /** Undefined where the file is too short. */
  readonly view: (position: number, length: number) => View | undefined;
}

interface HeaderTable {
  readonly offset: number;
  readonly count: number;
  readonly size: number;
}

const MAGIC = 0x7f454c46;
/** More program headers than any linker writes. */
const SEGMENTS_MAX = 256;
const SECTIONS_MAX = 4096;

export function bytesAt(bytes: Uint8Array): ElfBytes {
  return { size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) };
}

export function layoutOf(file: ElfBytes): Layout | undefined {
  const ident = Buffer.from(file.read(0, 16));
  if (ident.length < 16 || ident.readUInt32BE(0) !== MAGIC) return undefined;
  const bits = ({ 1: 32, 2: 64 } as const)[ident.readUInt8(4)];
  const order = ident.readUInt8(5);
  if (bits === undefined || (order !== 1 && order !== 2)) return undefined;
  const view = viewer(file, bits, order === 1);
  const wide = bits === 64;
  const header = view(0, wide ? 64 : 52);
  if (header === undefined) return undefined;
  return {
    file,
    bits,
    littleEndian: order === 1,
    type: header.u16(16),
    machine: header.u16(18),
    osAbi: ident.readUInt8(7),
    programHeaders: tableAt(header, wide ? [32, 54, 56] : [28, 42, 44], SEGMENTS_MAX),
    sectionHeaders: tableAt(header, wide ? [40, 58, 60] : [32, 46, 48], SECTIONS_MAX),
    view,
  };
}

function tableAt(header: View, [offset, size, count]: readonly [number, number, number], max: number): HeaderTable {
  return { offset: header.word(offset), size: header.u16(size), count: Math.min(header.u16(count), max) };
}

function viewer(file: ElfBytes, bits: 32 | 64, little: boolean): Layout['view'] {
  return (position, length) => {
    if (!Number.isSafeInteger(position) || position < 0 || length < 0 || position + length > file.size) return undefined;
    const bytes = file.read(position, length);
    if (bytes.length < length) return undefined;
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return {
      u16: (at) => data.getUint16(at, little),
      u32: (at) => data.getUint32(at, little),
      word: (at) => (bits === 32 ? data.getUint32(at, little) : Number(data.getBigUint64(at, little))),
    };
  };
}
