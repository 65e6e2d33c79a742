import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suggestedDepends } from '../../src/deb/read/programs.ts';
import { isStaticElf, readElf } from '../../src/elf/elf.ts';
import { cpuOf, debianArchitectures } from '../../src/elf/machine.ts';

interface Building {
  readonly wide?: boolean;
  readonly little?: boolean;
  readonly type?: number;
  readonly machine?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly versions?: readonly (readonly [library: string, versions: readonly string[]])[];
  readonly dynamic?: boolean;
}

/** An ELF file as the gABI lays it out: headers, a loader's name, strings, versions, the dynamic section. All is loaded at 0x1000. */
function elf({
  wide = true,
  little = true,
  type = 3,
  machine = 62,
  interpreter,
  needed = [],
  soname,
  versions = [],
  dynamic = true,
}: Building): Buffer {
  const BASE = 0x1000;
  const file = Buffer.alloc(4096);
  const put = (at: number, value: number, width: number): void => {
    if (width === 8) little ? file.writeBigUInt64LE(BigInt(value), at) : file.writeBigUInt64BE(BigInt(value), at);
    else little ? file.writeUIntLE(value, at, width) : file.writeUIntBE(value, at, width);
  };
  const word = wide ? 8 : 4;
  const strings = 1024;
  let used = 1;
  const string = (text: string): number => {
    const at = used;
    used += file.write(`${text}\0`, strings + at);
    return at;
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2, 1]);
  put(16, type, 2);
  put(18, machine, 2);
  const headers: (readonly [type: number, offset: number, size: number])[] = [[1, 0, 4096]];
  if (interpreter !== undefined) {
    file.write(`${interpreter}\0`, 512);
    headers.push([3, 512, interpreter.length + 1]);
  }
  const tags: (readonly [number, number])[] = needed.map((name) => [1, string(name)] as const);
  if (soname !== undefined) tags.push([14, string(soname)]);
  tags.push([5, BASE + strings]);
  let at = 2048;
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
  if (dynamic) headers.push([2, 3072, (tags.length + 1) * 2 * word]);
  for (const [index, [tag, value]] of tags.entries()) {
    put(3072 + index * 2 * word, tag, word);
    put(3072 + index * 2 * word + word, value, word);
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
  return file;
}

describe('ELF files', () => {
  for (const [wide, little] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    it(`are read with ${wide ? 64 : 32} bits, ${little ? 'little' : 'big'} end first`, () => {
      const found = readElf(
        elf({
          wide,
          little,
          interpreter: '/lib/ld.so',
          needed: ['libc.so.6', 'libz.so.1'],
          soname: 'x.so.1',
          versions: [['libc.so.6', ['GLIBC_2.4', 'GLIBC_2.34']]],
        }),
      );
      assert.deepEqual(
        { ...found, linking: { ...found?.linking, versions: [...(found?.linking?.versions ?? [])] } },
        {
          bits: wide ? 64 : 32,
          littleEndian: little,
          machine: 62,
          cpu: 'amd64',
          type: 'shared',
          interpreter: '/lib/ld.so',
          dynamic: true,
          linking: {
            soname: 'x.so.1',
            needed: ['libc.so.6', 'libz.so.1'],
            runPath: undefined,
            versions: [['libc.so.6', ['GLIBC_2.4', 'GLIBC_2.34']]],
          },
        },
      );
    });
  }

  it('are static without a loader', () => {
    assert.equal(isStaticElf(readElf(elf({ type: 2, dynamic: false }))), true);
    assert.equal(isStaticElf(readElf(elf({ type: 3 }))), true);
    assert.equal(isStaticElf(readElf(elf({ type: 2, interpreter: '/lib/ld.so' }))), false);
    assert.equal(isStaticElf(readElf(elf({ type: 3, needed: ['libc.so.6'] }))), false);
    assert.equal(isStaticElf(readElf(elf({ type: 3, soname: 'libx.so' }))), false);
    assert.equal(isStaticElf(undefined), false);
  });

  it('tell the machine', () => {
    assert.equal(readElf(elf({ machine: 183 }))?.cpu, 'arm64');
    assert.equal(readElf(elf({ machine: 9999 }))?.cpu, undefined);
    assert.equal(cpuOf(21, true), 'ppc64le');
    assert.equal(cpuOf(21, false), 'ppc64');
    assert.deepEqual(debianArchitectures('386'), ['i386']);
  });

  it('tell less where only their beginning is known', () => {
    const found = readElf(elf({ interpreter: '/lib/ld.so', needed: ['libc.so.6'] }).subarray(0, 600));
    assert.deepEqual([found?.interpreter, found?.dynamic, found?.linking], ['/lib/ld.so', true, undefined]);
  });

  for (const bytes of ['', '\x7fELF', 'MZ', '#!/bin/sh\n'.repeat(20)]) {
    it(`are not ${JSON.stringify(bytes.slice(0, 10))}`, () => assert.equal(readElf(Buffer.from(bytes, 'latin1')), undefined));
  }

  it('that are hostile throw nothing', () => {
    const whole = elf({ interpreter: '/lib/ld.so', needed: ['libc.so.6'], versions: [['libc.so.6', ['GLIBC_2.4', 'GLIBC_2.34']]] });
    const change = fc.tuple(fc.oneof(fc.nat(300), fc.integer({ min: 2040, max: 2200 }), fc.integer({ min: 3070, max: 3200 })), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), fc.nat(4096), (changes, length) => {
        const hurt = Buffer.from(whole);
        for (const [at, byte] of changes) hurt[at] = byte;
        readElf(hurt);
        readElf(hurt.subarray(0, length));
      }),
    );
  });
});

describe('suggested relations', () => {
  it('are the packages of libraries, with the newest libc asked for', () => {
    const program = readElf(
      elf({
        needed: ['libc.so.6', 'libssl.so.3', 'libfoo-2.0.so.0', 'libown.so.1'],
        interpreter: '/x',
        versions: [['libc.so.6', ['GLIBC_2.9', 'GLIBC_2.34', 'GLIBC_2.3.4']]],
      }),
    );
    assert.deepEqual(suggestedDepends(program ? [program] : [], new Set(['libown.so.1'])), ['libc6 (>= 2.34)', 'libfoo-2.0-0', 'libssl3']);
  });

  it('are none for static programs', () => {
    const program = readElf(elf({ type: 2, dynamic: false }));
    assert.deepEqual(suggestedDepends(program ? [program] : []), []);
  });
});
