import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotli, ContentStore, gzip, type Needs, type Parts, type Plain, tar, tarLength, xz, zstdFrames } from '@provisioning-dist/payload';
import { before } from 'mocha';
import { writeParts } from '../../packages/core/src/lifecycle/output.ts';
import { directory, file } from '../../packages/plugin-archive/test/package.ts';
import { needs, run, temporaryFolder } from './tools.ts';

/** Every codec around the same tar, unpacked by those who know it. */

const OPTIONS = { dialect: 'pax', mtime: 1_700_000_000 } as const;

/** Files that are several blocks, one block, a segment of the smallest size, and small ones on both sides of them. */
const MEMBERS = [
  directory('a'),
  ...Array.from({ length: 300 }, (_, index) => file(`a/${index}`, words(index, 40 * index))),
  file('big', words(1, 9_500_000)),
  file('middle', words(2, 1_100_000)),
  file('noise', noise(200_000)),
  file('small', words(3, 65_536)),
  file('z'),
];

function words(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = seed + 1; at < length; at++) {
    if (at % 16 === 0) state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = 0x61 + ((state >>> (at % 16)) & 15);
  }
  return bytes;
}

function noise(length: number): Buffer {
  const pieces = Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(`${index}`).digest());
  return Buffer.concat(pieces).subarray(0, length);
}

interface Packed {
  readonly needs: Needs;
  readonly parts: (plain: Iterable<Plain>, store: ContentStore) => Parts;
}

const CODECS = {
  gz: { needs: { codec: 'deflate' }, parts: gzip },
  xz: { needs: { codec: 'xz', level: 1 }, parts: (plain, store) => xz(plain, store, { level: 1 }) },
  zst: { needs: { codec: 'zstd' }, parts: (plain) => zstdFrames(plain) },
  br: { needs: { codec: 'brotli' }, parts: (plain) => brotli(plain, { length: tarLength(MEMBERS, OPTIONS), level: 5 }) },
} as const satisfies Record<string, Packed>;

type Ext = keyof typeof CODECS;

/** Commands that write what is in the file they are given last. */
const READERS: readonly (readonly [ext: Ext, program: string, ...args: readonly string[]])[] = [
  ['gz', 'gzip', '-dc'],
  ['gz', 'pigz', '-dc'],
  ['gz', 'busybox', 'gzip', '-dc'],
  ['gz', '7z', 'x', '-so'],
  ['xz', 'xz', '-dc'],
  ['xz', 'xz', '-dc', '-T2'],
  ['xz', 'busybox', 'xz', '-dc'],
  ['xz', '7z', 'x', '-so'],
  ['xz', 'python3', '-c', 'import lzma,shutil,sys;shutil.copyfileobj(lzma.open(sys.argv[1]),sys.stdout.buffer)'],
  ['zst', 'zstd', '-dcq'],
  ['br', 'brotli', '-dc'],
];

/** tar programs that find the codec out by themselves. */
const TARS: readonly (readonly [ext: Ext, program: string, helper: string])[] = [
  ['gz', 'tar', 'gzip'],
  ['xz', 'tar', 'xz'],
  ['zst', 'tar', 'zstd'],
  ['gz', 'bsdtar', 'bsdtar'],
  ['xz', 'bsdtar', 'bsdtar'],
  ['zst', 'bsdtar', 'bsdtar'],
];

describe('our codecs in the hands of others', () => {
  const folder = temporaryFolder();
  let expected = '';
  before('writes the archives', async () => {
    const store = await ContentStore.open({ threads: 2 });
    try {
      for (const [ext, { needs: needed, parts }] of Object.entries<Packed>(CODECS)) {
        await store.prepare(MEMBERS, needed);
        await writeParts(parts(tar(MEMBERS, store, OPTIONS), store), { path: join(folder(), `f.tar.${ext}`), store });
      }
      await writeParts(uncompressed(tar(MEMBERS, store, OPTIONS)), { path: join(folder(), 'f.tar'), store });
      expected = digest(readFileSync(join(folder(), 'f.tar')));
    } finally {
      await store.close();
    }
  });

  for (const [ext, program, ...args] of READERS) {
    describe(`${program} ${args.filter((arg) => arg.length < 10).join(' ')}`, () => {
      needs(program);

      it(`unpacks tar.${ext}`, () => {
        const plain = execFileSync(program, [...args, `f.tar.${ext}`], { cwd: folder(), maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] });
        assert.equal(digest(plain), expected);
      });
    });
  }

  for (const [ext, program, helper] of TARS) {
    describe(program, () => {
      needs(program, helper);

      it(`lists tar.${ext}`, () => {
        const lines = run(program, ['-tf', `f.tar.${ext}`], folder())
          .trimEnd()
          .split('\n');
        assert.deepEqual([lines.length, lines.at(-1)], [MEMBERS.length, 'z']);
      });
    });
  }

  describe('xz', () => {
    needs('xz');

    it('finds one stream of checked blocks', () => {
      const [, found = ''] = /^totals\t(.*)$/m.exec(run('xz', ['--robot', '--list', 'f.tar.xz'], folder())) ?? [];
      const [streams, blocks, , uncompressed, , check, padding] = found.split('\t');
      assert.deepEqual([streams, uncompressed, check, padding], ['1', String(tarLength(MEMBERS, OPTIONS)), 'CRC32', '0']);
      assert.ok(Number(blocks) >= 5, `${blocks} blocks`);
    });

    it('tests every check', () => {
      assert.equal(run('xz', ['-t', 'f.tar.xz'], folder()), '');
    });
  });
});

function* uncompressed(plain: Iterable<Plain>): Generator<Uint8Array | { sha256: string; length: number; codec: 'none' }, void, unknown> {
  for (const piece of plain) yield piece instanceof Uint8Array ? piece : { ...piece, codec: 'none' };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
