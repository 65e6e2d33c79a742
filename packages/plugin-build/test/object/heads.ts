/** First bytes of programs, field by field. */

export interface ElfFields {
  readonly machine: number;
  readonly osAbi?: number;
  readonly big?: boolean;
}

/** ELF header for 64 bits without program headers (gABI, ELF Header). */
export function elfBytes({ machine, osAbi = 0, big = false }: ElfFields): Buffer {
  const head = Buffer.alloc(64);
  head.write('7f454c46', 0, 'hex');
  head.set([2, big ? 2 : 1, 1, osAbi], 4);
  if (big) head.writeUInt16BE(machine, 18);
  else head.writeUInt16LE(machine, 18);
  return head;
}

/** mach_header_64 of `<mach-o/loader.h>`. */
export function machoBytes(cpu: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32BE(0xcffaedfe, 0);
  head.writeUInt32LE(cpu, 4);
  return head;
}

/** DOS header, signature and machine ("PE Format"). */
export function peBytes(machine: number): Buffer {
  const head = Buffer.alloc(0x100);
  head.write('MZ', 0);
  head.writeUInt32LE(0x80, 0x3c);
  head.write('PE', 0x80);
  head.writeUInt16LE(machine, 0x84);
  return head;
}

export const ELF_AMD64: Buffer = elfBytes({ machine: 62 });
export const ELF_ARM64: Buffer = elfBytes({ machine: 183 });
