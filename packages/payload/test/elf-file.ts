export interface Building {
  readonly wide?: boolean;
  readonly little?: boolean;
  readonly type?: number;
  readonly machine?: number;
  readonly osAbi?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly versions?: readonly (readonly [library: string, versions: readonly string[]])[];
  readonly dynamic?: boolean;
  /** With a table of symbols, or one of another type, at the end of the file. */
  readonly section?: number;
  /** Bytes between the headers and the tables. */
  readonly away?: number;
}

/** An ELF file as the gABI lays it out: headers, a loader's name, strings, versions, the dynamic section. All is loaded at 0x1000. */
export function elf({
  wide = true,
  little = true,
  type = 3,
  machine = 62,
  osAbi = 0,
  interpreter,
  needed = [],
  soname,
  versions = [],
  dynamic = true,
  away = 0,
  section,
}: Building): Buffer {
  const BASE = 0x1000;
  const file = Buffer.alloc(4096 + away);
  const put = (at: number, value: number, width: number): void => {
    if (width === 8) little ? file.writeBigUInt64LE(BigInt(value), at) : file.writeBigUInt64BE(BigInt(value), at);
    else little ? file.writeUIntLE(value, at, width) : file.writeUIntBE(value, at, width);
  };
  const word = wide ? 8 : 4;
  const strings = 1024 + away;
  let used = 1;
  const string = (text: string): number => {
    const at = used;
    used += file.write(`${text}\0`, strings + at);
    return at;
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2, 1, osAbi]);
  put(16, type, 2);
  put(18, machine, 2);
  const headers: (readonly [type: number, offset: number, size: number])[] = [[1, 0, file.length]];
  if (interpreter !== undefined) {
    file.write(`${interpreter}\0`, 512);
    headers.push([3, 512, interpreter.length + 1]);
  }
  const tags: (readonly [number, number])[] = needed.map((name) => [1, string(name)] as const);
  if (soname !== undefined) tags.push([14, string(soname)]);
  tags.push([5, BASE + strings]);
  let at = 2048 + away;
  if (versions.length > 0) tags.push([0x6ffffffe, BASE + at], [0x6fffffff, versions.length]);
  for (const [index, [library, names]] of versions.entries()) {
    const length = 16 * (names.length + 1);
    put(at + 2, names.length, 2);
    put(at + 4, string(library), 4);
    put(at + 8, 16, 4);
    put(at + 12, index === versions.length - 1 ? 0 : length, 4);
    for (const [each, name] of names.entries()) {
      put(at + 16 * (each + 1) + 8, string(name), 4);
      put(at + 16 * (each + 1) + 12, each === names.length - 1 ? 0 : 16, 4);
    }
    at += length;
  }
  if (dynamic) headers.push([2, 3072 + away, (tags.length + 1) * 2 * word]);
  for (const [index, [tag, value]] of tags.entries()) {
    put(3072 + away + index * 2 * word, tag, word);
    put(3072 + away + index * 2 * word + word, value, word);
  }
  const [offset, size, count] = wide ? [32, 54, 56] : [28, 42, 44];
  put(offset, 128, word);
  put(size, wide ? 56 : 32, 2);
  put(count, headers.length, 2);
  for (const [index, [kind, start, length]] of headers.entries()) {
    const header = 128 + index * (wide ? 56 : 32);
    put(header, kind, 4);
    put(header + (wide ? 8 : 4), start, word);
    put(header + (wide ? 16 : 8), BASE + start, word);
    put(header + (wide ? 32 : 16), length, word);
  }
  if (section === undefined) return file;
  const [sections, sectionSize, sectionCount] = wide ? [40, 58, 60] : [32, 46, 48];
  const length = wide ? 64 : 40;
  put(sections, file.length, word);
  put(sectionSize, length, 2);
  put(sectionCount, 2, 2);
  const table = Buffer.alloc(2 * length);
  if (little) table.writeUInt32LE(section, length + 4);
  else table.writeUInt32BE(section, length + 4);
  return Buffer.concat([file, table]);
}
