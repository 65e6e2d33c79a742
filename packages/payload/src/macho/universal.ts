import { MACHO_FAT, readMachO } from './macho.ts';

/** A power of two: pages of arm64 have 16 KiB, and loaders map slices by page. */
const ALIGN_BITS = 14;
const ALIGN = 1 << ALIGN_BITS;
/** Offsets and sizes of fat_arch have 32 bits. */
const SIZE_MAX = 2 ** 32 - 1;

export type UniversalProblem = 'none' | 'not-thin' | 'same-cpu' | 'too-large';

/** Why programs cannot become one universal file; undefined = they can. */
export function universalProblem(programs: readonly Uint8Array[]): UniversalProblem | undefined {
  const slices = programs.map(thin);
  if (programs.length === 0) return 'none';
  if (slices.includes(undefined)) return 'not-thin';
  if (new Set(slices.map((slice) => slice?.machine)).size < slices.length) return 'same-cpu';
  return programs.reduce((sum, { length }) => sum + length + ALIGN, ALIGN) > SIZE_MAX ? 'too-large' : undefined;
}

/** One universal file of programs for one CPU each, in the order of their CPU types whatever order they come in. Throws where there is a problem. */
export function universalMachO(programs: readonly Uint8Array[]): Uint8Array {
  const problem = universalProblem(programs);
  if (problem !== undefined) throw new RangeError(`Cannot make a universal file: ${problem}`);
  const slices = programs
    .map((bytes) => ({ bytes, machine: thin(bytes)?.machine ?? 0, subtype: thin(bytes)?.subtype ?? 0 }))
    .sort((one, other) => one.machine - other.machine);
  const { header, entry } = MACHO_FAT;
  const head = Buffer.alloc(header + slices.length * entry);
  head.writeUInt32BE(MACHO_FAT.magic, 0);
  head.writeUInt32BE(slices.length, 4);
  const pieces: Uint8Array[] = [head];
  let end = head.length;
  for (const [index, { bytes, machine, subtype }] of slices.entries()) {
    const padding = -end & (ALIGN - 1);
    const values = [machine, subtype, end + padding, bytes.length, ALIGN_BITS];
    for (const [field, value] of values.entries()) head.writeUInt32BE(value, header + index * entry + field * 4);
    pieces.push(Buffer.alloc(padding), bytes);
    end += padding + bytes.length;
  }
  return Buffer.concat(pieces);
}

function thin(bytes: Uint8Array): { readonly machine: number; readonly subtype: number } | undefined {
  const found = readMachO(bytes);
  return found?.universal ? undefined : found?.slices[0];
}
