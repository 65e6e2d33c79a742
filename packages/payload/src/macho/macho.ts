/** What the header of a Mach-O file, or of a universal one, says. Hostile input gives undefined or less, never an exception. */
export interface MachO {
  /** One per slice; a plain file is one slice. */
  readonly slices: readonly MachOSlice[];
  /** Several slices in one file, though it may be only one. */
  readonly universal: boolean;
}

export interface MachOSlice {
  /** cputype as it stands, and by name where it is known. */
  readonly machine: number;
  readonly cpu: MachOCpu | undefined;
  readonly subtype: number;
  /** Bytes, in the universal file. */
  readonly offset: number;
  readonly size: number;
}

export type MachOCpu = 'amd64' | 'arm64';

/** `<mach/machine.h>`: CPU_TYPE_X86 and CPU_TYPE_ARM with CPU_ARCH_ABI64. */
const CPUS: ReadonlyMap<number, MachOCpu> = new Map([
  [0x01000007, 'amd64'],
  [0x0100000c, 'arm64'],
]);

/** Bytes of `<mach-o/loader.h>` mach_header_64. */
const HEADER = 32;
const MAGIC_64 = 0xcffaedfe;
/** Magic, and bytes of fat_header and fat_arch, of `<mach-o/fat.h>`. */
export const MACHO_FAT = { magic: 0xcafebabe, header: 8, entry: 20 } as const;
/** Java's class files share the fat magic, and have their version, 45 and more, where the number of slices stands. */
const SLICES_MAX = 44;

/** Bytes of a file's start that are enough for `readMachO`. */
export const MACHO_HEAD: number = MACHO_FAT.header + SLICES_MAX * MACHO_FAT.entry;

/** Reads a file's first bytes; undefined when it is none for 64 bits. `size` is the whole file's. */
export function readMachO(bytes: Uint8Array, size: number = bytes.length): MachO | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (head.length < HEADER) return undefined;
  const magic = head.readUInt32BE(0);
  if (magic === MACHO_FAT.magic) return universal(head);
  if (magic !== MAGIC_64) return undefined;
  return { universal: false, slices: [slice({ machine: head.readUInt32LE(4), subtype: head.readUInt32LE(8), offset: 0, size })] };
}

function universal(head: Buffer): MachO | undefined {
  const count = head.readUInt32BE(4);
  if (count === 0 || count > SLICES_MAX || head.length < MACHO_FAT.header + count * MACHO_FAT.entry) return undefined;
  const slices = Array.from({ length: count }, (_, index) => {
    const [machine = 0, subtype = 0, offset = 0, size = 0] = [0, 4, 8, 12].map((at) =>
      head.readUInt32BE(MACHO_FAT.header + index * MACHO_FAT.entry + at),
    );
    return slice({ machine, subtype, offset, size });
  });
  return { universal: true, slices };
}

function slice(facts: Omit<MachOSlice, 'cpu'>): MachOSlice {
  return { ...facts, cpu: CPUS.get(facts.machine) };
}
