import assert from 'node:assert/strict';
import { zstdDecompressSync } from 'node:zlib';
import { ContentStore, tar, zstdFrames } from '../src/index.ts';
import { assemble, fileIn, newFolder, removeFolders, someBytes } from './store-fixture.ts';

describe('zstdFrames', () => {
  afterEach(removeFolders);

  async function make(threads: number, level?: number): Promise<{ readonly bytes: Buffer; readonly plain: Buffer }> {
    const folder = newFolder();
    const members = [300, 9_000_000, 70_000, 20_000].map((size, index) => fileIn(folder, `f${index}`, someBytes(size, index + 1)));
    const store = await ContentStore.open({ threads });
    const options = { dialect: 'pax', mtime: 0 } as const;
    try {
      await store.prepare(members, { codec: 'zstd', ...(level === undefined ? {} : { level }) });
      const bytes = await assemble(zstdFrames(tar(members, store, options), level === undefined ? {} : { level }), store);
      const plain = await assemble(
        [...tar(members, store, options)].map((piece) => (piece instanceof Uint8Array ? piece : { ...piece, codec: 'none' })),
        store,
      );
      return { bytes, plain };
    } finally {
      await store.close();
    }
  }

  it('give back what went in', async () => {
    const { bytes, plain } = await make(2);
    assert.ok(decompressed(bytes).equals(plain));
  });

  it('do not depend on the number of threads', async () => {
    const [one, seven] = await Promise.all([make(1), make(7)]);
    assert.ok(one?.bytes.equals(seven?.bytes ?? Buffer.alloc(0)));
  });

  it('take a level', async () => {
    const { bytes, plain } = await make(2, 9);
    assert.ok(decompressed(bytes).equals(plain));
  });

  it('of nothing are nothing', async () => {
    const store = await ContentStore.open();
    assert.equal((await assemble(zstdFrames([]), store)).length, 0);
    await store.close();
  });
});

/** Node's decoder stops after one frame, so each is given to it alone. */
function decompressed(bytes: Buffer): Buffer {
  const magic = Buffer.from('28b52ffd', 'hex');
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = bytes.indexOf(magic, at + 4);
    const end = next < 0 ? bytes.length : next;
    frames.push(zstdDecompressSync(bytes.subarray(at, end)));
    at = end;
  }
  return Buffer.concat(frames);
}
