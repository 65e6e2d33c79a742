import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isStaticElf, readElf } from '../src/elf/elf.ts';
import { cpuOf, debianArchitectures } from '../src/elf/machine.ts';
import { elf } from './elf-file.ts';

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
