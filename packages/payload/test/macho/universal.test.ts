import assert from 'node:assert/strict';
import { readMachO } from '../../src/macho/macho.ts';
import { universalMachO, universalProblem } from '../../src/macho/universal.ts';

/** mach_header_64 and what a program holds. */
function thin(cpu: string, subtype: string, content: string): Buffer {
  return Buffer.concat([Buffer.from(`cffaedfe${cpu}${subtype}${'00'.repeat(20)}`, 'hex'), Buffer.from(content)]);
}

const AMD64 = thin('07000001', '03000000', 'for amd64');
const ARM64 = thin('0c000001', '00000000', 'for arm64');

describe('universalMachO', () => {
  it('writes the header lipo writes', () => {
    assert.equal(
      Buffer.from(universalMachO([AMD64, ARM64])).toString('hex', 0, 48),
      ['cafebabe00000002', '0100000700000003', '00004000', '00000029', '0000000e', '0100000c00000000', '00008000', '00000029', '0000000e'].join(''),
    );
  });

  it('keeps every byte of each program', () => {
    const whole = universalMachO([AMD64, ARM64]);
    const slices = readMachO(whole)?.slices ?? [];
    assert.deepEqual(
      slices.map(({ offset, size }) => Buffer.from(whole.subarray(offset, offset + size))),
      [AMD64, ARM64],
    );
  });

  it('does not depend on their order', () => assert.deepEqual(universalMachO([ARM64, AMD64]), universalMachO([AMD64, ARM64])));

  for (const [problem, programs] of [
    ['none', []],
    ['same-cpu', [AMD64, AMD64]],
    ['not-thin', [AMD64, Buffer.from('#!/bin/sh\n')]],
    ['not-thin', [ARM64, universalMachO([AMD64])]],
  ] as const) {
    it(`finds ${problem} in ${programs.length}`, () => {
      assert.equal(universalProblem(programs), problem);
      assert.throws(() => universalMachO(programs), RangeError);
    });
  }
});
