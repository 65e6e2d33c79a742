import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPe } from '../../src/pe/pe.ts';

function pe(machine: string, start = 0x80): Buffer {
  const head = Buffer.alloc(0x100);
  head.write('MZ', 0);
  head.writeUInt32LE(start, 0x3c);
  head.write(`50450000${machine}`, 0x80, 'hex');
  return head;
}

describe('readPe', () => {
  for (const [machine, cpu] of [
    ['6486', 'amd64'],
    ['64aa', 'arm64'],
    ['4c01', '386'],
  ] as const) {
    it(`names ${cpu}`, () => assert.equal(readPe(pe(machine))?.cpu, cpu));
  }

  it('keeps the number of others', () => assert.deepEqual(readPe(pe('6450')), { machine: 0x5064, cpu: undefined }));
  it('takes a DOS program for none', () => assert.equal(readPe(pe('6486', 0xffff_ffff)), undefined));

  it('reads any bytes without failing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 62, maxLength: 200 }), (rest) => {
        const found = readPe(Buffer.concat([Buffer.from('MZ'), rest]));
        assert.ok(found === undefined || found.machine <= 0xffff);
      }),
    );
  });
});
