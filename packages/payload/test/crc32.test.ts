import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { crc32Combine } from '../src/crc32.ts';

describe('crc32Combine', () => {
  it('gives the CRC of joined bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (first, second) => {
        const whole = crc32(Buffer.concat([first, second]));
        assert.equal(crc32Combine(crc32(first), crc32(second), second.length), whole);
      }),
    );
  });

  it('keeps the first when nothing follows', () => {
    assert.equal(crc32Combine(0xdeadbeef, 0, 0), 0xdeadbeef);
  });

  it('takes lengths beyond 32 bits', () => {
    // By Python's zlib.crc32 over "abc" and 5 GiB of zeros; and over the zeros alone.
    assert.equal(crc32Combine(crc32('abc'), 0x193838c3, 5 * 2 ** 30), 0x72b398a4);
  });
});
