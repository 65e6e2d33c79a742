/** What the headers of a Windows program or library say. Hostile input gives undefined, never an exception. */
export interface Pe {
  /** Machine of the COFF header as it stands, and by name where it is known. */
  readonly machine: number;
  readonly cpu: PeCpu | undefined;
}

export type PeCpu = 'amd64' | 'arm64' | '386' | 'arm';

/** IMAGE_FILE_MACHINE_*, "PE Format". */
const CPUS: ReadonlyMap<number, PeCpu> = new Map([
  [0x014c, '386'],
  [0x01c4, 'arm'],
  [0x8664, 'amd64'],
  [0xaa64, 'arm64'],
]);

const DOS_HEADER = 64;
/** e_lfanew of the DOS header: where the signature stands. */
const SIGNATURE_AT = 0x3c;
const SIGNATURE = 0x50450000;

/** Bytes of a file's start that are enough for `readPe` with any linker known. */
export const PE_HEAD = 4096;

/** Reads a file's first bytes; undefined when it is none. */
export function readPe(bytes: Uint8Array): Pe | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (head.length < DOS_HEADER || head.readUInt16BE(0) !== 0x4d5a) return undefined;
  const start = head.readUInt32LE(SIGNATURE_AT);
  if (start + 6 > head.length || head.readUInt32BE(start) !== SIGNATURE) return undefined;
  const machine = head.readUInt16LE(start + 4);
  return { machine, cpu: CPUS.get(machine) };
}
