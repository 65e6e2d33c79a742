import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { ContentStore, gzip, type Mark, type MarkResult, type Member, type Part, type Parts, tar } from '@provisioning-dist/payload';
import { DistError } from '../../src/errors.ts';
import { type OutputOptions, writeParts } from '../../src/lifecycle/output.ts';

/** Bytes without a pattern the encoder would make short. */
function someBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = Math.imul(seed, 2654435761) | 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = (at >> 6) % 2 === 0 ? state & 0xff : 0x20 + (at % 7);
  }
  return bytes;
}

function digestOf(name: string, bytes: Uint8Array): string {
  return createHash(name).update(bytes).digest('hex');
}

describe('writeParts', () => {
  let folder: string;
  let store: ContentStore;
  let path: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'output-test-'));
    path = join(folder, 'out', 'product.bin');
    mkdirSync(join(folder, 'out'));
    store = await ContentStore.open();
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function write(parts: Parts | Iterable<Part>, options: Partial<OutputOptions> = {}): ReturnType<typeof writeParts> {
    return writeParts(parts as Parts, { path, store, ...options });
  }

  function member(name: string, bytes: Uint8Array): Member & { readonly type: 'file' } {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return { type: 'file', path: name, mode: 0o644, size: bytes.length, source: { file, size: bytes.length, mtimeMs: statSync(file).mtimeMs } };
  }

  const left = () => readdirSync(join(folder, 'out'));

  describe('questions', () => {
    it('are asked after what stands before them is written', async () => {
      const order: string[] = [];
      await write(signed(order));
      assert.deepEqual(order, ['settled', 'asked', 'answered at true']);
      assert.ok(readFileSync(path).subarray(-9).equals(Buffer.from('signature')));
    });

    it('that fail leave no file', async () => {
      const refuse = () => Promise.reject(new DistError('key-locked', 'no'));
      await assert.rejects(write([Buffer.from('a'), { ask: refuse }]), { code: 'key-locked' });
      assert.deepEqual(left(), []);
    });
  });

  describe('bytes', () => {
    it('stand in their order', async () => {
      const pieces = [3, 300_000, 5, 600_000, 1, 262_144, 0, 262_143].map((length, index) => someBytes(length, index + 1));
      await write(pieces);
      assert.ok(readFileSync(path).equals(Buffer.concat(pieces)));
    });

    it('are described by size and digests', async () => {
      const bytes = someBytes(700_000);
      const written = await write([bytes], { digests: ['md5', 'sha512'] });
      assert.deepEqual(written, {
        size: 700_000,
        digests: { sha256: digestOf('sha256', bytes), md5: digestOf('md5', bytes), sha512: digestOf('sha512', bytes) },
      });
    });

    it('may come in a buffer used again', async () => {
      await write(sameBuffer());
      const inflated = inflateRawSync(Buffer.concat([readFileSync(path).subarray(0, -100), Buffer.of(3, 0)]));
      assert.ok(inflated.equals(someBytes(300_000)));
      assert.ok(readFileSync(path).subarray(-100).equals(Buffer.alloc(100, 7)));
    });

    it('of nothing make an empty file', async () => {
      assert.equal((await write([])).size, 0);
      assert.equal(statSync(path).size, 0);
    });
  });

  describe('runs', () => {
    it('are encoded side by side and stand in order', async () => {
      const contents = Array.from({ length: 12 }, (_, index) => someBytes(400_000 - index * 30_000, index + 1));
      const lengths: number[] = [];
      const parts = contents.map((run): Part => ({ run, codec: 'deflate', settled: (length) => lengths.push(length) }));
      const { size } = await write(parts);
      const inflated = inflateRawSync(Buffer.concat([readFileSync(path), Buffer.of(3, 0)]));
      assert.ok(inflated.equals(Buffer.concat(contents)));
      assert.equal(lengths.length, 12);
      assert.equal(
        lengths.reduce((sum, length) => sum + length, 0),
        size,
      );
    });

    it('are settled before a mark is answered', async () => {
      const seen: string[] = [];
      await write(marked(seen));
      assert.deepEqual(seen, ['settled', 'answered']);
    });
  });

  describe('marks', () => {
    it('tell the position and digests since the last', async () => {
      const pieces = [someBytes(1_000_000, 1), someBytes(10, 2), someBytes(300_000, 3)] as const;
      const answers: MarkResult[] = [];
      await write(withMarks(pieces, answers));
      assert.deepEqual(answers, [
        { position: 1_000_000, digests: { sha256: digestOf('sha256', pieces[0]) } },
        { position: 1_000_010, digests: {} },
        { position: 1_300_010, digests: { md5: digestOf('md5', Buffer.concat([pieces[1], pieces[2]])) } },
        { position: 1_300_010, digests: { sha256: digestOf('sha256', Buffer.alloc(0)) } },
      ]);
    });
  });

  describe('patches', () => {
    for (const length of [100, 3_000_000]) {
      it(`change bytes ${length} back, and the digest`, async () => {
        const bytes = someBytes(length);
        const written = await write([Buffer.alloc(20, '-'), bytes, { patch: 5, bytes: Buffer.from('patched') }, Buffer.from('end')]);
        const expected = Buffer.concat([Buffer.from('-----patched--------'), bytes, Buffer.from('end')]);
        assert.ok(readFileSync(path).equals(expected));
        assert.equal(written.digests.sha256, digestOf('sha256', expected));
      });
    }

    it('beyond what is written are refused', async () => {
      await assert.rejects(write([Buffer.alloc(4), { patch: 2, bytes: Buffer.alloc(3) }]), RangeError);
      assert.deepEqual(left(), []);
    });

    it('show in the digests of later marks', async () => {
      for (const length of [6, 2_000_000]) {
        const answers: MarkResult[] = [];
        await write(patchedThenMarked(length, answers));
        const expected = Buffer.alloc(length, 'a');
        expected.set(Buffer.from('XY'), 2);
        assert.equal(answers[0]?.digests.sha256, digestOf('sha256', expected), `${length} bytes`);
      }
    });
  });

  it('writes a stream in its place', async () => {
    const written = await write([Buffer.from('<'), { stream: [Buffer.from('content')], codec: 'brotli', length: 7 }, Buffer.from('>')]);
    assert.equal(readFileSync(path).at(-1), 0x3e);
    assert.ok(written.size > 4);
  });

  it('makes a tar.gz others read', async () => {
    const members = [member('a', someBytes(2_000_000)), member('b', someBytes(1000)), member('c', someBytes(70_000))];
    await store.prepare(members, { codec: 'deflate' });
    await write(gzip(tar(members, store, { dialect: 'pax', mtime: 0 }), store));
    const plain = gunzipSync(readFileSync(path));
    assert.ok(plain.subarray(512, 512 + 2_000_000).equals(someBytes(2_000_000)));
  });

  it('lets the event loop turn', async () => {
    const big = someBytes(1_000_000);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await write(Array.from({ length: 200 }, () => big));
    clearInterval(timer);
    assert.ok(turns >= 3, `${turns} turns`);
  });

  it('gives the mode whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      await write([Buffer.from('x')]);
      assert.equal(statSync(path).mode & 0o777, 0o644);
      await write([Buffer.from('x')], { mode: 0o755 });
      assert.equal(statSync(path).mode & 0o777, 0o755);
    } finally {
      process.umask(before);
    }
  });

  it('replaces a file and not what a link points to', async () => {
    const target = join(folder, 'precious');
    writeFileSync(target, 'precious');
    symlinkSync(target, path);
    await write([Buffer.from('new')]);
    assert.equal(readFileSync(path, 'utf8'), 'new');
    assert.equal(readFileSync(target, 'utf8'), 'precious');
  });

  it('takes the longest name a folder can hold', async () => {
    path = join(folder, 'out', `${'é'.repeat(120)}.tar.gz`);
    await write([Buffer.from('x')]);
    assert.equal(left().length, 1);
  });

  describe('after a failure', () => {
    function isProblem(code: string, text: RegExp): (error: unknown) => boolean {
      return (error) => {
        assert.ok(error instanceof DistError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, text);
        return true;
      };
    }

    it('of the writer keeps the old file', async () => {
      writeFileSync(path, 'old');
      await assert.rejects(write(thrower()), /no more/);
      assert.deepEqual(left(), ['product.bin']);
      assert.equal(readFileSync(path, 'utf8'), 'old');
    });

    it('of a folder that is missing names the path', async () => {
      path = join(folder, 'missing', 'product.bin');
      await assert.rejects(
        write([Buffer.from('x')]),
        isProblem('output-unwritable', /Cannot write ".*missing.product\.bin": its folder does not exist/),
      );
    });

    it('of a folder in its place leaves nothing', async () => {
      mkdirSync(path);
      await assert.rejects(write([Buffer.from('x')]), isProblem('output-unwritable', /product\.bin": it is a folder/));
      assert.deepEqual(left(), ['product.bin']);
    });

    it('by an abort leaves nothing', async () => {
      const control = new AbortController();
      await assert.rejects(write(aborting(control), { signal: control.signal }), isProblem('interrupted', /was interrupted/));
      assert.deepEqual(left(), []);
    });

    it('of a source that changed names it', async () => {
      const source = member('source', someBytes(200_000));
      await store.prepare([source], {});
      const sha256 = store.facts(source.source).digests.sha256 ?? '';
      utimesSync(join(folder, 'source'), 5, 5);
      const parts: Part[] = [{ sha256, codec: 'none', length: 200_000 }];
      await assert.rejects(write(parts), isProblem('file-changed', /Cannot read ".*source": it was modified/));
      assert.deepEqual(left(), []);
    });

    it('of a source that vanished names it', async () => {
      const source = member('source', someBytes(200_000));
      await store.prepare([source], {});
      const sha256 = store.facts(source.source).digests.sha256 ?? '';
      unlinkSync(join(folder, 'source'));
      await assert.rejects(write([{ sha256, codec: 'none', length: 200_000 }]), isProblem('file-vanished', /source": it vanished/));
    });

    it('ends the writer', async () => {
      let ended = false;
      const parts = endless(() => {
        ended = true;
      });
      const control = new AbortController();
      setTimeout(() => control.abort(), 20);
      await assert.rejects(write(parts, { signal: control.signal }), DistError);
      assert.equal(ended, true);
    });
  });

  it('passes over files a killed process of its number left', async () => {
    const names: string[] = [];
    await write(nameSeen(() => names.push(...left())));
    const [, stem, number] = /^(\.product\.bin\.tmp-\d+-)(\d+)$/.exec(names[0] ?? '') ?? [];
    const stale = [1, 2, 3].map((ahead) => `${stem}${Number(number) + ahead}`);
    for (const name of stale) writeFileSync(join(folder, 'out', name), 'left');
    await write([Buffer.from('x')]);
    assert.deepEqual(left().sort(), [...stale, 'product.bin'].sort());
  });
});

function* nameSeen(look: () => void): Generator<Part> {
  look();
  yield Buffer.from('x');
}

function* sameBuffer(): Generator<Part> {
  yield { run: someBytes(300_000), codec: 'deflate' };
  const buffer = Buffer.alloc(100, 7);
  yield buffer;
  buffer.fill(0);
}

/** As a package with a signature over its header. */
function* signed(order: string[]): Generator<Part, void, MarkResult> {
  yield { run: someBytes(100_000), codec: 'deflate', settled: () => order.push('settled') };
  const ask = async () => {
    order.push('asked');
    return Buffer.from('signature');
  };
  const { answer, position } = yield { ask };
  order.push(`answered at ${position > 0}`);
  yield answer ?? Buffer.from('nothing');
}

function* marked(seen: string[]): Generator<Part, void, MarkResult> {
  yield { run: someBytes(100_000), codec: 'deflate', settled: () => seen.push('settled') };
  yield { mark: [] };
  seen.push('answered');
}

function* withMarks([first, second, third]: readonly [Buffer, Buffer, Buffer], answers: MarkResult[]): Generator<Part, void, MarkResult> {
  const ask = function* (mark: Mark['mark']): Generator<Part, void, MarkResult> {
    answers.push(yield { mark });
  };
  yield first;
  yield* ask(['sha256']);
  yield second;
  yield* ask([]);
  yield third;
  yield* ask(['md5']);
  yield* ask(['sha256']);
}

function* patchedThenMarked(length: number, answers: MarkResult[]): Generator<Part, void, MarkResult> {
  yield Buffer.alloc(length, 'a');
  yield { mark: [] };
  yield { patch: 2, bytes: Buffer.from('XY') };
  answers.push(yield { mark: ['sha256'] });
}

function* thrower(): Generator<Part> {
  yield Buffer.alloc(2_000_000);
  throw new DistError('writer', 'no more');
}

function* aborting(control: AbortController): Generator<Part> {
  yield Buffer.alloc(2_000_000);
  control.abort();
  yield Buffer.alloc(10);
}

function* endless(ended: () => void): Generator<Part> {
  try {
    for (;;) yield { run: someBytes(100_000), codec: 'deflate' };
  } finally {
    ended();
  }
}
