import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { ContentError, ContentStore, type Member, type Plain } from '../src/index.ts';
import { fileIn, newFolder, removeFolders, someBytes } from './store-fixture.ts';

type FileMember = Member & { readonly type: 'file' };

async function withStore<T>(use: (store: ContentStore) => Promise<T>, options: Parameters<typeof ContentStore.open>[0] = {}): Promise<T> {
  const store = await ContentStore.open(options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function segmentOf(store: ContentStore, { source, size }: FileMember, level?: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const sha256 = store.facts(source).digests.sha256 ?? '';
  await store.copy({ sha256, length: size, codec: 'deflate', ...(level === undefined ? {} : { level }) }, (bytes) => pieces.push(Buffer.from(bytes)));
  return Buffer.concat(pieces);
}

/** A deflate segment is not ended; these bytes end it. */
function inflate(segment: Buffer): Buffer {
  return inflateRawSync(Buffer.concat([segment, Buffer.of(3, 0)]));
}

function withCode(code: string, path: string): (error: unknown) => boolean {
  return (error) => error instanceof ContentError && error.code === code && error.path === path && error.message.includes(path);
}

describe('ContentStore', () => {
  afterEach(removeFolders);

  describe('prepare', () => {
    it('makes size, CRC and digests', async () => {
      const bytes = someBytes(2_500_000);
      const member = fileIn(newFolder(), 'big', bytes);
      const facts = await withStore(async (store) => {
        await store.prepare([member], { digests: ['sha512', 'md5'] });
        return store.facts(member.source);
      });
      const digest = (name: string) => createHash(name).update(bytes).digest('hex');
      assert.deepEqual(facts, {
        size: 2_500_000,
        crc32: crc32(bytes),
        digests: { sha512: digest('sha512'), md5: digest('md5'), sha256: digest('sha256') },
      });
    });

    it('makes segments that inflate to the content', async () => {
      const folder = newFolder();
      for (const size of [65536, 1024 * 1024, 1024 * 1024 + 1, 3_200_000]) {
        const bytes = someBytes(size, size);
        const member = fileIn(folder, `f${size}`, bytes);
        const segment = await withStore(async (store) => {
          await store.prepare([member], { codec: 'deflate' });
          const made = await segmentOf(store, member);
          assert.equal(store.encodedLength(member.source, 'deflate'), made.length);
          return made;
        });
        assert.ok(inflate(segment).equals(bytes), `${size} bytes`);
      }
    });

    it('stores at level 0', async () => {
      const bytes = someBytes(1_200_000);
      const member = fileIn(newFolder(), 'f', bytes);
      const segment = await withStore(async (store) => {
        await store.prepare([member], { codec: 'deflate', level: 0 });
        return await segmentOf(store, member, 0);
      });
      assert.equal(segment.length, 1_200_000 + 5 * (17 + 3));
      assert.ok(inflate(segment).equals(bytes));
    });

    it('reads small files only when asked', async () => {
      const member = fileIn(newFolder(), 'small', someBytes(65535));
      await withStore(async (store) => {
        await store.prepare([member], { codec: 'deflate' });
        assert.equal(store.counters.bytesRead, 0);
        assert.throws(() => store.facts(member.source), RangeError);
        await store.prepare([member], { digests: ['sha1'] });
        assert.equal(store.facts(member.source).digests.sha1?.length, 40);
      });
    });

    it('makes a segment of each file when asked', async () => {
      const folder = newFolder();
      const contents = [0, 1, 700, 16384, 16385, 65535].map((size) => someBytes(size, size + 1));
      const members = contents.map((bytes, index) => fileIn(folder, `${index}`, bytes));
      await withStore(async (store) => {
        await store.prepare(members, { codec: 'deflate', segments: 'each' });
        for (const [index, member] of members.entries()) {
          const segment = await segmentOf(store, member);
          assert.ok(inflate(segment).equals(contents[index] ?? Buffer.alloc(0)), `${member.size} bytes`);
          assert.equal(store.encodedLength(member.source, 'deflate'), segment.length);
        }
      });
    });

    it('encodes equal content once', async () => {
      const folder = newFolder();
      const bytes = someBytes(1_500_000);
      const members = [fileIn(folder, 'a', bytes), fileIn(folder, 'b', bytes), fileIn(folder, 'c', bytes)];
      await withStore(async (store) => {
        await store.prepare(members, { codec: 'deflate' });
        assert.deepEqual(store.counters, { encoderInputBytes: 1_500_000, bytesRead: 4_500_000 });
      });
    });

    it('shares the work of concurrent calls', async () => {
      const member = fileIn(newFolder(), 'a', someBytes(1_500_000));
      await withStore(async (store) => {
        await Promise.all([
          store.prepare([member], { codec: 'deflate' }),
          store.prepare([member], { digests: ['sha1'] }),
          store.prepare([member], [{ codec: 'deflate', segments: 'each' }, { digests: ['md5'] }]),
        ]);
        assert.deepEqual(store.counters, { encoderInputBytes: 1_500_000, bytesRead: 1_500_000 });
        assert.deepEqual(Object.keys(store.facts(member.source).digests).sort(), ['md5', 'sha1', 'sha256']);
      });
    });

    it('reads again for what a later call adds', async () => {
      const member = fileIn(newFolder(), 'a', someBytes(100_000));
      await withStore(async (store) => {
        await store.prepare([member], { digests: ['sha256'] });
        await store.prepare([member], { codec: 'deflate' });
        await store.prepare([member], { codec: 'deflate' });
        assert.deepEqual(store.counters, { encoderInputBytes: 100_000, bytesRead: 200_000 });
      });
    });

    it('tells contents with one beginning apart', async () => {
      const folder = newFolder();
      const bytes = someBytes(1_500_000);
      const other = Buffer.from(bytes);
      other[1_400_000] = (other[1_400_000] ?? 0) ^ 1;
      const members = [fileIn(folder, 'a', bytes), fileIn(folder, 'b', other)];
      await withStore(async (store) => {
        await store.prepare(members, { codec: 'deflate' });
        assert.equal(store.counters.encoderInputBytes, 3_000_000);
        assert.ok(inflate(await segmentOf(store, members[1] ?? assert.fail())).equals(other));
      });
    });

    it('converts line ends', async () => {
      const text = 'one\ntwo\n'.repeat(20_000);
      const plain = fileIn(newFolder(), 'a.txt', Buffer.from(text));
      const bytes = Buffer.from(text.replaceAll('\n', '\r\n'));
      const member: FileMember = {
        ...plain,
        size: bytes.length,
        source: { ...plain.source, size: bytes.length, eol: 'crlf' } as FileMember['source'],
      };
      await withStore(async (store) => {
        await store.prepare([member], { codec: 'deflate' });
        assert.ok(inflate(await segmentOf(store, member)).equals(bytes));
        assert.ok(bytes.equals(store.bytes(member.source)));
      });
    });

    it('takes bytes in memory', async () => {
      const bytes = someBytes(90_000);
      const member: FileMember = { type: 'file', path: 'm', mode: 0o644, size: bytes.length, source: { bytes } };
      await withStore(async (store) => {
        await store.prepare([member], { codec: 'deflate' });
        assert.ok(inflate(await segmentOf(store, member)).equals(bytes));
      });
    });

    it('reads into memory of the same length', async () => {
      const member = fileIn(newFolder(), 'f', Buffer.from('hello'));
      await withStore(async (store) => {
        const target = Buffer.alloc(5);
        store.read(member.source, target);
        assert.equal(target.toString(), 'hello');
        for (const length of [4, 6]) assert.throws(() => store.read(member.source, Buffer.alloc(length)), RangeError);
      });
    });

    it('lets the event loop turn', async () => {
      const folder = newFolder();
      const members = Array.from({ length: 20 }, (_, index) => fileIn(folder, `${index}`, Buffer.alloc(4 * 1024 * 1024, index)));
      await withStore(async (store) => {
        let turns = 0;
        const timer = setInterval(() => turns++, 1);
        await store.prepare(members, { digests: ['sha256', 'sha1', 'md5'] });
        clearInterval(timer);
        assert.ok(turns >= 3, `${turns} turns`);
      });
    });
  });

  describe('refuses', () => {
    const cases: readonly { readonly state: string; readonly code: string; readonly change: (file: string) => void }[] = [
      { state: 'a file that vanished', code: 'file-vanished', change: (file) => rmSync(file) },
      { state: 'a file that became shorter', code: 'file-changed', change: (file) => truncateSync(file, 10) },
      { state: 'a file that became longer', code: 'file-changed', change: (file) => writeFileSync(file, someBytes(200_001)) },
      { state: 'a file that was modified', code: 'file-changed', change: (file) => utimesSync(file, 1, 1) },
      {
        state: 'a folder in its place',
        code: 'file-unreadable',
        change: (file) => {
          rmSync(file);
          mkdirSync(file);
        },
      },
    ];
    for (const size of [100, 200_000]) {
      for (const { state, code, change } of cases) {
        it(`${state}, of ${size} bytes`, async () => {
          const member = fileIn(newFolder(), 'f', someBytes(size));
          const file = 'file' in member.source ? member.source.file : '';
          change(file);
          await withStore(async (store) => {
            await assert.rejects(store.prepare([member], { codec: 'deflate', digests: ['sha256'] }), withCode(code, file));
            assert.throws(() => store.bytes(member.source), withCode(code, file));
            assert.throws(() => store.read(member.source, Buffer.alloc(size)), withCode(code, file));
          });
        });
      }
    }

    it('a small file modified after its digests', async () => {
      const made = fileIn(newFolder(), 'f', Buffer.from('before'));
      const file = 'file' in made.source ? made.source.file : '';
      const member: FileMember = { ...made, source: { file, size: 6, mtimeMs: 1_000_000 } };
      utimesSync(file, 1000, 1000);
      await withStore(async (store) => {
        await store.prepare([member], { digests: ['sha256'] });
        writeFileSync(file, 'after!');
        utimesSync(file, 1000, 1000);
        assert.throws(() => store.bytes(member.source), withCode('file-changed', file));
        assert.throws(() => store.read(member.source, Buffer.alloc(6)), withCode('file-changed', file));
      });
    });

    it('content that was not prepared', async () => {
      await withStore(async (store) => {
        assert.throws(() => store.crc32('00'.repeat(32)), RangeError);
        await assert.rejects(
          store.copy({ sha256: '00'.repeat(32), length: 1, codec: 'deflate' }, () => {}),
          RangeError,
        );
      });
    });

    it('to go on without any folder', async () => {
      const members = [fileIn(newFolder(), 'big', someBytes(9_000_000)), fileIn(newFolder(), 'small', someBytes(10))];
      const before = process.env.TMPDIR;
      process.env.TMPDIR = join(newFolder(), 'missing');
      try {
        const store = await ContentStore.open();
        await assert.rejects(store.prepare(members, { codec: 'deflate' }), { name: 'ContentError', code: 'store-unusable' });
        await store.close();
      } finally {
        if (before === undefined) delete process.env.TMPDIR;
        else process.env.TMPDIR = before;
      }
    });

    it('to wait once it is aborted', async () => {
      const folder = newFolder();
      const members = Array.from({ length: 8 }, (_, index) => fileIn(folder, `${index}`, someBytes(3_000_000, index + 1)));
      await withStore(async (store) => {
        const control = new AbortController();
        const prepared = store.prepare(members, { codec: 'deflate' }, { signal: control.signal });
        setTimeout(() => control.abort(new Error('enough')), 5);
        await assert.rejects(prepared, /enough/);
        await store.close();
        assert.ok(store.counters.encoderInputBytes < 24_000_000, 'the rest was not encoded');
      });
    });
  });

  describe('encode', () => {
    it('makes one segment of bytes longer than a block', async () => {
      const bytes = someBytes(2_300_000);
      await withStore(async (store) => {
        const encoded = await store.encode(bytes, 'deflate');
        assert.ok(inflate(Buffer.from(encoded)).equals(bytes));
      });
    });

    it('gives the bytes a file of this content has', async () => {
      const bytes = someBytes(2_300_000);
      const member = fileIn(newFolder(), 'f', bytes);
      const made = await withStore(async (store) => Buffer.from(await store.encode(bytes, 'deflate')));
      const prepared = await withStore(async (store) => {
        await store.prepare([member], { codec: 'deflate' });
        return await segmentOf(store, member);
      });
      assert.ok(made.equals(prepared));
    });

    it('encodes equal bytes once', async () => {
      await withStore(async (store) => {
        const made = await Promise.all([1, 2, 3].map(() => store.encode(someBytes(50_000), 'deflate')));
        await store.encode(someBytes(50_000), 'deflate');
        assert.equal(store.counters.encoderInputBytes, 50_000);
        assert.deepEqual(made[0], made[2]);
      });
    });

    it('passes bytes through without a codec', async () => {
      await withStore(async (store) => assert.deepEqual(await store.encode(Buffer.from('as is'), 'none'), Buffer.from('as is')));
    });
  });

  describe('copy', () => {
    it('gives plain content', async () => {
      const bytes = someBytes(700_000);
      const member = fileIn(newFolder(), 'f', bytes);
      await withStore(async (store) => {
        await store.prepare([member], { digests: ['sha256'] });
        const pieces: Buffer[] = [];
        await store.copy({ sha256: store.facts(member.source).digests.sha256 ?? '', length: bytes.length, codec: 'none' }, (piece) =>
          pieces.push(Buffer.from(piece)),
        );
        assert.ok(Buffer.concat(pieces).equals(bytes));
      });
    });
  });

  describe('stream', () => {
    const decoders = { zstd: zstdDecompressSync, brotli: brotliDecompressSync } as const;
    for (const codec of ['zstd', 'brotli'] as const) {
      it(`makes one ${codec} stream whatever the pieces`, async () => {
        const bytes = someBytes(600_000);
        const member = fileIn(newFolder(), 'f', bytes);
        await withStore(async (store) => {
          await store.prepare([member], { digests: ['sha256'] });
          const ref = { sha256: store.facts(member.source).digests.sha256 ?? '', length: bytes.length };
          const pieces: Plain[] = Array.from({ length: 600 }, (_, index) => bytes.subarray(index * 1000, (index + 1) * 1000));
          const [one, two] = await Promise.all([streamed(store, codec, [ref]), streamed(store, codec, pieces)]);
          assert.ok(decoders[codec](one).equals(bytes));
          assert.ok(one.equals(two));
        });
      });
    }

    it('refuses another length', async () => {
      await withStore(async (store) => {
        const part = { stream: [Buffer.from('four')], codec: 'zstd', length: 5 } as const;
        await assert.rejects(
          store.stream(part, () => {}),
          RangeError,
        );
      });
    });
  });

  it('removes its private folder', async () => {
    const before = process.env.TMPDIR;
    const folder = newFolder();
    process.env.TMPDIR = folder;
    try {
      const store = await ContentStore.open();
      await store.encode(someBytes(1000), 'deflate');
      assert.equal(readdirSync(folder).length, 1);
      await store.close();
      await store.close();
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
});

async function streamed(store: ContentStore, codec: 'zstd' | 'brotli', stream: Iterable<Plain>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await store.stream({ stream, codec, length: 600_000 }, (bytes) => pieces.push(Buffer.from(bytes)));
  return Buffer.concat(pieces);
}
