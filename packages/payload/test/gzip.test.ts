import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ContentStore, gzip, type Plain } from '../src/index.ts';
import { assemble, fileIn, newFolder, removeFolders, someBytes, tarGz } from './store-fixture.ts';

describe('gzip', () => {
  let store: ContentStore;
  before(async () => {
    store = await ContentStore.open();
  });
  after(async () => {
    await store.close();
    removeFolders();
  });

  it('writes the same header on every host', async () => {
    const bytes = await assemble(gzip([], store), store);
    assert.equal(bytes.toString('hex'), '1f8b08000000000000030300' + '0000000000000000');
  });

  it('gives back what went in', async () => {
    const piece = fc.record({ length: fc.integer({ min: 0, max: 300_000 }), seed: fc.integer({ min: 1, max: 50 }), whole: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const contents = pieces.map(({ length, seed }) => someBytes(length, seed));
        const members = contents.map(
          (bytes, index) => ({ type: 'file', path: `${index}`, mode: 0o644, size: bytes.length, source: { bytes } }) as const,
        );
        await store.prepare(members, { codec: 'deflate', segments: 'each' });
        const plain = members.map(({ source }, index): Plain => {
          const sha256 = store.facts(source).digests.sha256 ?? '';
          return pieces[index]?.whole ? { sha256, length: source.bytes.length } : source.bytes;
        });
        const bytes = await assemble(gzip(plain, store), store);
        assert.ok(gunzipSync(bytes).equals(Buffer.concat(contents)));
      }),
      { numRuns: 25 },
    );
  });

  it('copies pieces whose buffer is used again', async () => {
    const buffer = Buffer.alloc(1000);
    const bytes = await assemble(gzip(sameBuffer(buffer), store), store);
    assert.ok(gunzipSync(bytes).equals(Buffer.concat([Buffer.alloc(1000, 1), Buffer.alloc(1000, 2)])));
  });

  it('cuts runs where the content says', () => {
    const bytes = someBytes(8 * 1024 * 1024, 3);
    const runs = runsOf([bytes]);
    const shifted = runsOf([Buffer.concat([Buffer.from('inserted'), bytes])]);
    const fresh = shifted.filter((run) => !runs.includes(run));
    assert.ok(runs.length >= 8);
    assert.ok(fresh.length <= 2, `${fresh.length} of ${runs.length} runs changed`);
  });

  it('cuts the same however pieces arrive', () => {
    const bytes = someBytes(3 * 1024 * 1024, 4);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1777) }, (_, index) => bytes.subarray(index * 1777, (index + 1) * 1777));
    assert.deepEqual(runsOf(pieces), runsOf([bytes]));
  });

  it('does not depend on the number of threads', async () => {
    const folder = newFolder();
    const members = [300, 3_000_000, 70_000, 2_100_000, 9000].map((size, index) => fileIn(folder, `f${index}`, someBytes(size, index + 1)));
    const made = await Promise.all([1, 2, 7].map((threads) => withThreads(threads, members)));
    assert.ok(made[0]?.equals(made[1] ?? Buffer.alloc(0)));
    assert.ok(made[0]?.equals(made[2] ?? Buffer.alloc(0)));
  });
});

function* sameBuffer(buffer: Buffer): Generator<Plain> {
  yield buffer.fill(1);
  yield buffer.fill(2);
}

/** Runs as text, so that equal ones are found. */
function runsOf(plain: readonly Plain[]): string[] {
  const runs: string[] = [];
  for (const part of gzip(plain, { crc32: () => 0 })) if ('run' in part) runs.push(Buffer.from(part.run).toString('latin1'));
  return runs;
}

async function withThreads(threads: number, members: Parameters<typeof tarGz>[0]): Promise<Buffer> {
  const store = await ContentStore.open({ threads });
  try {
    return await tarGz(members, store);
  } finally {
    await store.close();
  }
}
