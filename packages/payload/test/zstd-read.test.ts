import assert from 'node:assert/strict';
import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { ArchiveError, readZstd } from '../src/index.ts';
import { someBytes } from './store-fixture.ts';

/** RFC 8878, 3.1.2: three bytes nobody reads. */
const SKIPPABLE = Buffer.from('502a4d1803000000' + 'aabbcc', 'hex');

function frame(bytes: Uint8Array, checksumFlag = 0): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: checksumFlag } });
}

async function read(chunks: readonly Uint8Array[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readZstd(chunks)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

describe('readZstd', () => {
  it('reads frames after frames', async () => {
    const part = fc.record({ length: fc.nat(140_000), seed: fc.integer({ min: 1, max: 9 }), zeros: fc.boolean(), checksum: fc.nat(1) });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), fc.integer({ min: 500, max: 70_000 }), async (parts, size) => {
        const contents = parts.map(({ length, seed, zeros }) => (zeros ? Buffer.alloc(length) : someBytes(length, seed)));
        const frames = contents.map((bytes, index) => frame(bytes, parts[index]?.checksum));
        assert.ok((await read(cut(Buffer.concat(frames), size))).equals(Buffer.concat(contents)));
      }),
      { numRuns: 20 },
    );
  });

  it('takes single bytes', async () => {
    assert.equal((await read(cut(Buffer.concat([frame(Buffer.from('a'), 1), SKIPPABLE, frame(Buffer.from('b'))]), 1))).toString(), 'ab');
  });

  it('skips what is marked so', async () => {
    assert.equal((await read([SKIPPABLE, frame(Buffer.from('a')), SKIPPABLE, frame(Buffer.from('b'))])).toString(), 'ab');
  });

  it('refuses what is no frame', async () => {
    await assert.rejects(read([Buffer.from('hello')]), (error) => error instanceof ArchiveError && error.code === 'malformed');
    await assert.rejects(read([frame(Buffer.from('a')), Buffer.from('trailing')]), ArchiveError);
  });

  it('refuses a frame that is cut off', async () => {
    const bytes = frame(someBytes(300_000), 1);
    for (const length of [2, 4, 5, 9, 100, bytes.length - 1]) {
      await assert.rejects(
        read([bytes.subarray(0, length)]),
        (error) => error instanceof ArchiveError && error.code === 'truncated',
        `${length} bytes`,
      );
    }
  });

  it('refuses a frame whose checksum is wrong', async () => {
    const bytes = frame(Buffer.from('hello hello hello'), 1);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await assert.rejects(read([bytes]), /[Cc]hecksum|corrupt/);
  });
});
