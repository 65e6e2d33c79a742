import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { ContentStore, type ContentStoreOptions, type Plain, readXz, tar, xz } from '../src/index.ts';
import { assemble, fileIn, newFolder, removeFolders, someBytes } from './store-fixture.ts';

const TAR = { dialect: 'pax', mtime: 0 } as const;
const MIB = 1024 * 1024;

interface Made {
  readonly bytes: Buffer;
  readonly plain: Buffer;
  /** Bytes given to encoders. */
  readonly encoded: number;
}

/** Small files, one of a segment's smallest size that travels in runs all the same, and segments of one and two blocks. */
function sampleFiles() {
  const folder = newFolder();
  return [300, 2 * MIB, 70_000, 20_000, 8 * MIB + 7].map((size, index) =>
    fileIn(folder, `f${index}`, Buffer.alloc(size, someBytes(90_000, index + 1))),
  );
}

async function make(members: ReturnType<typeof sampleFiles>, options: ContentStoreOptions, level = 0): Promise<Made> {
  const store = await ContentStore.open(options);
  try {
    await store.prepare(members, { codec: 'xz', level });
    const bytes = await assemble(xz(tar(members, store, TAR), store, { level }), store);
    const encoded = store.counters.encoderInputBytes;
    const plain = await assemble(
      Array.from(tar(members, store, TAR), (piece) => (piece instanceof Uint8Array ? Buffer.from(piece) : ({ ...piece, codec: 'none' } as const))),
      store,
    );
    return { bytes, plain, encoded };
  } finally {
    await store.close();
  }
}

async function unpacked(bytes: Uint8Array): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readXz([bytes])) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('xz', () => {
  let files: ReturnType<typeof sampleFiles> = [];
  let made: Made = { bytes: Buffer.alloc(0), plain: Buffer.alloc(0), encoded: 0 };
  before(async () => {
    files = sampleFiles();
    made = await make(files, { threads: 2 });
  });
  after(removeFolders);

  it('of nothing is header, empty index and footer', async () => {
    const store = await ContentStore.open();
    const bytes = await assemble(xz([], store), store);
    await store.close();
    assert.equal(bytes.toString('hex'), 'fd377a585a0000016922de36' + '000000001cdf4421' + '9042990d010000000001595a');
  });

  it('gives back what went in', async () => {
    assert.ok((await unpacked(made.bytes)).equals(made.plain));
  });

  it('gives back any mixture of bytes and contents', async () => {
    const piece = fc.record({ length: fc.nat(100_000), seed: fc.integer({ min: 1, max: 50 }), whole: fc.boolean() });
    const store = await ContentStore.open();
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const contents = pieces.map(({ length, seed }) => someBytes(length, seed));
        const members = contents.map((bytes) => ({ type: 'file', path: 'f', mode: 0o644, size: bytes.length, source: { bytes } }) as const);
        await store.prepare(members, { codec: 'xz', level: 0, digests: ['sha256'], segments: 'each' });
        const plain = members.map(({ source }, index): Plain => {
          const sha256 = store.facts(source).digests.sha256 ?? '';
          return pieces[index]?.whole ? { sha256, length: source.bytes.length } : source.bytes;
        });
        const bytes = await assemble(xz(plain, store, { level: 0 }), store);
        assert.ok((await unpacked(bytes)).equals(Buffer.concat(contents)));
      }),
      { numRuns: 10 },
    );
    await store.close();
  });

  it('does not depend on the number of threads', async () => {
    for (const threads of [1, 7]) assert.ok((await make(files, { threads })).bytes.equals(made.bytes), `${threads} threads`);
  });

  it('is the same on every machine', async () => {
    assert.equal(sha256(made.bytes), 'f1217a3c6b8a7e7edfcd90199a300e2de814133be9e9532ad00b6f7d87ca95b9');
  });

  it('encodes nothing twice', async () => {
    const dir = newFolder();
    const [cold, warm] = [await make(files, { dir }), await make(files, { dir })];
    assert.deepEqual([cold.encoded, warm.encoded], [cold.plain.length, 0]);
    assert.ok(warm.bytes.equals(cold.bytes));
  });

  it('shares large files between archives', async () => {
    const dir = newFolder();
    await make(files, { dir });
    const { encoded, bytes, plain } = await make([...files.slice(1), ...files.slice(0, 1)], { dir });
    assert.ok(encoded < 200_000, `${encoded} bytes were encoded`);
    assert.ok((await unpacked(bytes)).equals(plain));
  });

  it('gives level 9 the bytes of 6', async () => {
    const some = files.slice(2, 4);
    const [six, nine] = await Promise.all([make(some, {}, 6), make(some, {}, 9)]);
    assert.ok(six.bytes.equals(nine.bytes));
  });

  it('refuses a level that is none', async () => {
    await assert.rejects(make(files.slice(0, 1), {}, 10), { name: 'RangeError', message: /level 10: levels go from 0 to 9$/ });
  });

  it('does not depend on the memory', async () => {
    assert.ok((await make(files, { threads: 7, memory: MIB })).bytes.equals(made.bytes));
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
