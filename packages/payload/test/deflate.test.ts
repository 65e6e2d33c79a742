import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { DEFLATE_END, deflate } from '../src/deflate.ts';
import { DeflateThreads } from '../src/libdeflate/threads.ts';
import { LIBDEFLATE } from '../src/libdeflate/wasm.ts';
import { someBytes } from './store-fixture.ts';

const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('deflate', () => {
  const threads = new DeflateThreads(2);
  after(() => threads.close());

  const encode = async (bytes: Uint8Array, level: number) => threads.claim(await deflate.encode(bytes, level, threads));

  it('has the library that was reviewed', () => {
    assert.equal(sha256(Buffer.from(LIBDEFLATE.base64, 'base64')), LIBDEFLATE.sha256);
  });

  it('joins blocks of any level into one stream', async () => {
    const blocks = LEVELS.map((level) => someBytes(40_000 + level, level + 1));
    const encoded = await Promise.all(LEVELS.map((level, index) => encode(blocks[index] as Buffer, level)));
    assert.ok(inflateRawSync(Buffer.concat([...encoded, DEFLATE_END])).equals(Buffer.concat(blocks)));
  });

  it('joins whatever blocks there are', async () => {
    const block = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ maxLength: 300 }).map((text) => Buffer.from(text.repeat(90))),
    );
    const blocks = fc.array(fc.tuple(block, fc.constantFrom(...LEVELS)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(blocks, async (all) => {
        const encoded = await Promise.all(all.map(([bytes, level]) => encode(bytes, level)));
        const inflated = inflateRawSync(Buffer.concat([...encoded, DEFLATE_END]));
        assert.ok(inflated.equals(Buffer.concat(all.map(([bytes]) => bytes))));
      }),
      { numRuns: 50 },
    );
  });

  it('ends every block on a byte', async () => {
    for (const level of LEVELS.slice(1)) {
      const encoded = Buffer.from(await encode(someBytes(20_000, level), level));
      assert.deepEqual([...encoded.subarray(-4)], [0, 0, 0xff, 0xff]);
    }
  });

  it('fits what cannot be compressed', async () => {
    const noise = Buffer.concat(Array.from({ length: 32768 }, (_, index) => createHash('sha256').update(`${index}`).digest()));
    for (const level of [1, 6, 12]) assert.ok((await encode(noise, level)).length < noise.length + 1000);
  });

  // made by libdeflate on x64; another machine or Node that gives other bytes must be found here
  const KNOWN: readonly (readonly [level: number, size: number, sha256: string])[] = [
    [1, 100_000, '2275e488695ca51ae9e83b8882abed7523123c14a6375904ec2e5e30a8f569f2'],
    [6, 10_000, 'feaeee5740b9aef763643f317f1a878c58c28a7e4c2c7073ca2d50fa03e2c86c'],
    [6, 1_048_576, '54f34f897e5b824843d1adbbea33b41ecbd26d075f398886a54cfa046ec4e901'],
    [6, 900_000, '8e8919bfdf015780c35520866f5f455f2d1a79430a45d0aa35c4b889237a537a'],
    [9, 100_000, 'ab8f747c6384089473f5be9c23aaa60106c7436484f051159032ae0d0b76f069'],
    [12, 100_000, '23012fce904cc2fd6c5f54fe28332caa1ba620509aaf5f27cc2ce64817544ad1'],
  ];
  for (const [level, size, expected] of KNOWN) {
    it(`makes these bytes of ${size} at level ${level}`, async () => {
      assert.equal(sha256(await encode(someBytes(size), level)), expected);
    });
  }
});
