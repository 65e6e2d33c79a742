import { bytesAt, type ElfBytes, layoutOf } from './layout.ts';

/** gABI, Sections: the linker's own table of symbols, which no running program needs. */
const SHT_SYMTAB = 2;

/** Whether `strip` would find something to take away; undefined for what is no ELF file, or where the section headers cannot be read. */
export function hasSymbolTable(source: ElfBytes | Uint8Array): boolean | undefined {
  const layout = layoutOf(source instanceof Uint8Array ? bytesAt(source) : source);
  if (layout === undefined) return undefined;
  const { offset, count, size } = layout.sectionHeaders;
  if (offset === 0 || count === 0) return false;
  const table = size < 8 ? undefined : layout.view(offset, count * size);
  return table && Array.from({ length: count }, (_, index) => table.u32(index * size + 4)).includes(SHT_SYMTAB);
}
