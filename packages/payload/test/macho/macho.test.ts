import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readMachO } from '../../src/macho/macho.ts';

const ARM64 = Buffer.from(`cffaedfe${'0c000001'}00000000${'00'.repeat(20)}`, 'hex');

/** Two slices as `lipo` writes them. */
const UNIVERSAL = Buffer.from(
  [
    'cafebabe',
    '00000002',
    '01000007',
    '00000003',
    '00004000',
    '00001000',
    '0000000e',
    '0100000c',
    '00000000',
    '00008000',
    '00002000',
    '0000000e',
  ].join(''),
  'hex',
);

describe('readMachO', () => {
  it('names the CPU of a program', () => {
    assert.deepEqual(readMachO(ARM64, 9000), {
      universal: false,
      slices: [{ machine: 0x0100000c, cpu: 'arm64', subtype: 0, offset: 0, size: 9000 }],
    });
  });

  it('lists the slices of a universal file', () => {
    assert.deepEqual(readMachO(UNIVERSAL), {
      universal: true,
      slices: [
        { machine: 0x01000007, cpu: 'amd64', subtype: 3, offset: 0x4000, size: 0x1000 },
        { machine: 0x0100000c, cpu: 'arm64', subtype: 0, offset: 0x8000, size: 0x2000 },
      ],
    });
  });

  it('takes a Java class for none', () => {
    assert.equal(readMachO(Buffer.from(`cafebabe0000003d${'00'.repeat(2000)}`, 'hex')), undefined);
  });

  it('reads any bytes without failing', () => {
    const magic = fc.constantFrom('cafebabe', 'cffaedfe', '7f454c46');
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 80 }), (start, rest) => {
        const found = readMachO(Buffer.concat([Buffer.from(start, 'hex'), rest]));
        assert.ok(found === undefined || found.slices.length > 0);
      }),
    );
  });
});
