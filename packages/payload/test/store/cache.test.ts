import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ContentStore, type ContentStoreOptions, type Member } from '../../src/index.ts';
import { fileIn, filesIn, newFolder, removeFolders, someBytes, tarGz } from '../store-fixture.ts';

interface Made {
  readonly bytes: Buffer;
  readonly encoded: number;
  readonly notices: readonly string[];
}

/** A tar.gz through a store of its own. */
async function make(members: readonly Member[], options: ContentStoreOptions): Promise<Made> {
  const notices: string[] = [];
  const store = await ContentStore.open({ notice: (text) => notices.push(text), ...options });
  try {
    return { bytes: await tarGz(members, store), encoded: store.counters.encoderInputBytes, notices };
  } finally {
    await store.close();
  }
}

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(file, bytes);
}

describe('cache folder', () => {
  let dir: string;
  let sources: string;
  let members: Member[];

  beforeEach(() => {
    dir = newFolder();
    sources = newFolder();
    members = [300, 1_100_000, 70_000, 12_000, 90_000].map((size, index) => fileIn(sources, `file-${index}`, someBytes(size, index + 1)));
  });
  afterEach(removeFolders);

  it('lets an unchanged run encode nothing', async () => {
    const cold = await make(members, { dir });
    const warm = await make(members, { dir });
    assert.ok(cold.encoded > 1_260_000);
    assert.equal(warm.encoded, 0);
    assert.ok(warm.bytes.equals(cold.bytes));
  });

  it('changes no byte of the output', async () => {
    const without = await make(members, {});
    const cold = await make(members, { dir });
    assert.ok(cold.bytes.equals(without.bytes));
  });

  it('encodes only what changed', async () => {
    await make(members, { dir });
    const changed = members.with(2, fileIn(sources, 'file-2', someBytes(70_001, 99)));
    const { encoded } = await make(changed, { dir });
    // The file, and the run with its header, in which the size stands.
    assert.ok(encoded >= 70_001 && encoded < 70_001 + 20_000, `${encoded} bytes`);
  });

  it('is shared by stores open at once', async () => {
    const [one, two] = await Promise.all([make(members, { dir }), make(members, { dir })]);
    assert.ok(one?.bytes.equals(two?.bytes ?? Buffer.alloc(0)));
    assert.equal(filesIn(dir, '.pack').length, 2);
    assert.equal((await make(members, { dir })).encoded, 0);
  });

  describe('damage', () => {
    let expected: Buffer;
    beforeEach(async () => {
      expected = (await make(members, { dir })).bytes;
    });

    async function heals(): Promise<void> {
      const { bytes, encoded } = await make(members, { dir });
      assert.ok(bytes.equals(expected));
      assert.ok(gunzipSync(bytes).length > 1_260_000);
      assert.ok(encoded > 0, 'something was made again');
      assert.equal((await make(members, { dir })).encoded, 0, 'and kept');
    }

    const onlyPack = () => filesIn(dir, '.pack')[0] ?? assert.fail('no pack');
    const onlyIndex = () => filesIn(dir, '.index')[0] ?? assert.fail('no index');

    for (const share of [0, 0.1, 0.5, 0.99]) {
      it(`of a pack at ${share * 100} % is made good`, async () => {
        flipByte(onlyPack(), Math.floor(statSync(onlyPack()).size * share));
        await heals();
      });
    }

    it('by a lost end of a pack is made good', async () => {
      truncateSync(onlyPack(), Math.floor(statSync(onlyPack()).size / 3));
      await heals();
    });

    it('by a lost pack is made good', async () => {
      rmSync(onlyPack());
      await heals();
    });

    it('by a lost index is made good', async () => {
      rmSync(onlyIndex());
      await heals();
    });

    it('of each byte of an index gives no wrong byte', async () => {
      const index = readFileSync(onlyIndex());
      for (let at = 0; at < index.length; at += 101) {
        flipByte(onlyIndex(), at);
        const { bytes } = await make(members, { dir });
        assert.ok(bytes.equals(expected), `byte ${at}`);
        for (const file of [...filesIn(dir, '.pack'), ...filesIn(dir, '.index')].filter((name) => name > onlyPack())) rmSync(file);
        writeFileSync(onlyIndex(), index);
      }
    });

    it('by a torn last line is passed over', async () => {
      truncateSync(onlyIndex(), statSync(onlyIndex()).size - 20);
      await heals();
    });

    it('by foreign lines is passed over', async () => {
      appendFileSync(onlyIndex(), `\n00000000 nothing\n${'x'.repeat(100_000)}\n`);
      const { bytes, encoded } = await make(members, { dir });
      assert.ok(bytes.equals(expected));
      assert.equal(encoded, 0);
    });
  });

  describe('bounds', () => {
    it('remove the packs used longest ago', async () => {
      await make(members, { dir });
      const [old] = filesIn(dir, '.index');
      utimesSync(old ?? '', 1000, 1000);
      const others = [fileIn(sources, 'other', someBytes(900_000, 77))];
      await make(others, { dir });
      const limit =
        filesIn(dir, '')
          .filter((file) => statSync(file).isFile())
          .reduce((sum, file) => sum + statSync(file).size, 0) - 1;
      assert.equal((await make(others, { dir, limit })).encoded, 0);
      assert.equal(filesIn(dir, '.pack').length, 1);
      assert.ok((await make(members, { dir })).encoded > 0);
    });

    it('count a pack as used when it is read', async () => {
      await make(members, { dir });
      const [index] = filesIn(dir, '.index');
      utimesSync(index ?? '', 1000, 1000);
      await make(members, { dir });
      assert.ok(statSync(index ?? '').mtimeMs > 1_000_000);
    });

    it('keep no more than 64 packs', async () => {
      await make(members, { dir });
      for (let count = 0; count < 70; count++) {
        writeFileSync(join(dir, 'v1', `0000-${count}.pack`), '');
        utimesSync(join(dir, 'v1', `0000-${count}.pack`), 1000, 1000);
      }
      assert.equal((await make(members, { dir })).encoded, 0);
      assert.equal(filesIn(dir, '.pack').length, 64);
    });
  });

  describe('that cannot be used', () => {
    it('costs a notice and nothing else', async () => {
      const file = join(dir, 'file');
      writeFileSync(file, '');
      const { bytes, notices } = await make(members, { dir: file });
      assert.ok(bytes.equals((await make(members, {})).bytes));
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? '', /cache cannot be used.*v1.*ENOTDIR/);
    });

    it('after it was opened costs a notice', async () => {
      const notices: string[] = [];
      const store = await ContentStore.open({ dir, notice: (text) => notices.push(text) });
      rmSync(join(dir, 'v1'), { recursive: true });
      const bytes = await tarGz(members, store);
      await store.close();
      assert.ok(bytes.equals((await make(members, {})).bytes));
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? '', /not used for new content/);
    });
  });

  it('survives kill -9 at any time', async () => {
    const expected = (await make(members, {})).bytes;
    for (const delay of [0, 10, 30, 60, 100]) {
      await killed(delay, dir, members);
      const { bytes } = await make(members, { dir });
      assert.ok(bytes.equals(expected), `killed after ${delay} ms`);
    }
    assert.equal((await make(members, { dir })).encoded, 0);
  });
});

/** Lets a process of its own fill the cache and kills it that many milliseconds after it began to. */
async function killed(delay: number, dir: string, members: readonly Member[]): Promise<void> {
  const child = fork(join(import.meta.dirname, 'fill-cache.ts'), [JSON.stringify({ dir, members })], { execArgv: ['--conditions=source'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.once('message', () => setTimeout(() => child.kill('SIGKILL'), delay));
  await ended;
}
