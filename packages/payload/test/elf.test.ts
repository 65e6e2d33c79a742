import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Elf, isStaticElf, readElf } from '../src/elf/elf.ts';
import { cpuOf, debianArchitectures } from '../src/elf/machine.ts';
import { elfStream } from '../src/elf/stream.ts';
import { hasSymbolTable } from '../src/elf/symbols.ts';
import { type Building, elf } from './elf-file.ts';

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
          osAbi: 0,
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
    assert.equal(readElf(elf({ osAbi: 9 }))?.osAbi, 9);
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

describe('ELF files that pass by', () => {
  /** As they pass: in pieces, with where the stream said that it knows enough. */
  function passing(file: Uint8Array, piece = 1_000_000): { readonly elf: Elf | undefined; readonly needed: number } {
    const stream = elfStream(file.length);
    let needed = 0;
    for (let at = 0; at < file.length; at += piece) {
      if (!stream.done()) needed = at;
      stream.push(file.subarray(at, at + piece));
    }
    return { elf: stream.elf(), needed };
  }

  const building: Building = { interpreter: '/lib/ld.so', needed: ['libc.so.6', 'libz.so.1'], versions: [['libc.so.6', ['GLIBC_2.34']]] };

  for (const away of [0, 20_000_000, 100_000_000]) {
    it(`are read with tables ${away / 1_000_000} MB away`, () => {
      const file = elf({ ...building, away });
      assert.deepEqual(passing(file).elf, readElf(file));
    });
  }

  for (const piece of [1, 30_000_000]) {
    it(`are read in pieces of ${piece} bytes`, () => {
      const file = elf({ ...building, away: piece - 1 });
      assert.deepEqual(passing(file, piece).elf, readElf(file));
    });
  }

  it('are known once their tables passed', () => {
    const whole = Buffer.concat([elf(building), Buffer.alloc(50_000_000)]);
    assert.equal(passing(whole).needed, 16_000_000);
  });

  it('that are none end at once', () => assert.deepEqual(passing(Buffer.alloc(5_000_000, '#!')), { elf: undefined, needed: 0 }));

  it('that are cut off throw nothing', () => {
    const file = elf({ ...building, away: 20_000_000 });
    const stream = elfStream(file.length);
    stream.push(file.subarray(0, 17_000_000));
    assert.equal(stream.elf()?.linking, undefined);
  });
});

describe('symbols of ELF files', () => {
  for (const wide of [true, false])
    for (const little of [true, false]) {
      it(`are found with ${wide ? 64 : 32} bits, ${little ? 'little' : 'big'} end first`, () => {
        assert.equal(hasSymbolTable(elf({ wide, little, section: 2 })), true);
        assert.equal(hasSymbolTable(elf({ wide, little, section: 11 })), false);
        assert.equal(hasSymbolTable(elf({ wide, little })), false);
      });
    }

  it('are unknown where the end is', () => {
    assert.equal(hasSymbolTable(elf({ section: 2 }).subarray(0, -1)), undefined);
    assert.equal(hasSymbolTable(Buffer.from('#!/bin/sh\n')), undefined);
  });

  it('are found as the file passes by', () => {
    const file = elf({ section: 2, away: 40_000_000 });
    const [asked, not] = [elfStream(file.length, { symbols: true }), elfStream(file.length)];
    for (let at = 0; at < file.length; at += 1_000_000) for (const stream of [asked, not]) stream.push(file.subarray(at, at + 1_000_000));
    assert.deepEqual([asked.symbols(), not.symbols()], [true, undefined]);
  });

  it('that are hostile throw nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 40, max: 64 }), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const hurt = elf({ section: 2 });
        for (const [at, byte] of changes) hurt[at] = byte;
        hasSymbolTable(hurt);
      }),
    );
  });
});
