/** Bytes of a file's start that tell what it is. */
export const HEAD_BYTES = 8;

export type Magic = 'elf' | 'macho' | 'script' | 'pe' | undefined;

/** Mach-O in both widths and byte orders. */
const MACHO: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
const FAT_MACHO: ReadonlySet<number> = new Set([0xcafebabe, 0xcafebabf]);

/** Java class files share the fat magic and have their version, 45 and more, where the number of slices stands. */
const FAT_SLICES_MAX = 44;

/** What the first bytes of a file say it is. */
export function magicOf(head: Buffer): Magic {
  if (head.length >= 2 && head[0] === 0x23 && head[1] === 0x21) return 'script';
  if (head.length >= 2 && head[0] === 0x4d && head[1] === 0x5a) return 'pe';
  if (head.length < 4) return undefined;
  const magic = head.readUInt32BE(0);
  if (magic === 0x7f454c46) return 'elf';
  return MACHO.has(magic) || (FAT_MACHO.has(magic) && isFat(head)) ? 'macho' : undefined;
}

function isFat(head: Buffer): boolean {
  return head.length === HEAD_BYTES && head.readUInt32BE(4) <= FAT_SLICES_MAX;
}

/** Whether a file of this magic is run: every PE counts only by its `.exe`, as DLLs are PE too. */
export function isExecutable(magic: Magic, path: string): boolean {
  return magic === 'pe' ? /\.exe$/i.test(path) : magic !== undefined;
}
