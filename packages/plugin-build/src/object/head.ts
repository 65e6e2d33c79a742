import type { Os } from '@provisioning-dist/core';
import { type Elf, MACHO_HEAD, PE_HEAD, readElf, readMachO, readPe } from '@provisioning-dist/payload';

/** What the header of an executable says it is made for. */
export interface ObjectHead {
  readonly format: 'ELF' | 'Mach-O' | 'PE';
  /** Operating systems it may be for; none of ours when empty. */
  readonly systems: readonly Os[];
  /** As in platform names, but `arm` for all of them; `machine 0x1a` for one that has no name. Several in a universal binary. */
  readonly cpus: readonly string[];
}

/** Bytes of a file's start that are enough for any of the formats; of ELF its program headers and the loader's name. */
export const OBJECT_HEAD_BYTES: number = Math.max(MACHO_HEAD, PE_HEAD, 16 * 1024);

/** EI_OSABI. FreeBSD's kernel asks for its own; most toolchains for Linux write 0, which says nothing. */
const SYSTEMS: Readonly<Record<number, readonly Os[]>> = { 0: ['linux', 'freebsd'], 3: ['linux'], 9: ['freebsd'] };

/** Undefined for scripts, data and headers that are cut off. */
export function readObjectHead(head: Uint8Array): ObjectHead | undefined {
  const elf = readElf(head);
  if (elf) return { format: 'ELF', systems: elfSystems(elf), cpus: [named(elf)] };
  const macho = readMachO(head);
  if (macho) return { format: 'Mach-O', systems: ['macos'], cpus: macho.slices.map(named) };
  const pe = readPe(head);
  return pe && { format: 'PE', systems: ['windows'], cpus: [named(pe)] };
}

/** The loader a program asks for tells what its header leaves open. */
function elfSystems({ osAbi, interpreter = '' }: Elf): readonly Os[] {
  const systems = SYSTEMS[osAbi] ?? [];
  if (osAbi !== 0) return systems;
  if (/\/ld-(?:linux|musl)/.test(interpreter)) return ['linux'];
  return interpreter.endsWith('/ld-elf.so.1') ? ['freebsd'] : systems;
}

function named({ cpu, machine }: { readonly cpu: string | undefined; readonly machine: number }): string {
  return cpu ?? `machine 0x${machine.toString(16)}`;
}
