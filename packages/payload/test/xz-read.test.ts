import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { ArchiveError, readXz } from '../src/index.ts';

/** `printf 'hello hello hello\n' | xz -6` of XZ Utils 5.4.1: one block without sizes, checked by CRC64. */
const FOREIGN = Buffer.from(
  'fd377a585a000004e6d6b4460200210116000000742fe5a3e00011000c5d00341949ee8de94f7e2121b000001f01d9c887c143c800012812c96a628e1fb6f37d010000000004595a',
  'hex',
);

async function text(...chunks: readonly Uint8Array[]): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readXz(chunks)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function unreadable(error: unknown): boolean {
  return error instanceof ArchiveError && error.code === 'malformed' && /^Cannot read the archive: /.test(error.message);
}

describe('readXz', () => {
  it("reads what others' tools write", async () => {
    assert.equal(await text(FOREIGN), 'hello hello hello\n');
  });

  it('takes chunks of any size', async () => {
    assert.equal(await text(...Array.from(FOREIGN, (byte) => Uint8Array.of(byte))), 'hello hello hello\n');
  });

  it('refuses what is no xz file', async () => {
    await assert.rejects(text(Buffer.from('hello')), unreadable);
  });

  it('refuses a file that is cut off', async () => {
    for (const length of [8, 20, 30, FOREIGN.length - 4]) await assert.rejects(text(FOREIGN.subarray(0, length)), unreadable, `${length} bytes`);
  });

  it('refuses a damaged file', async () => {
    for (const at of [8, 14, 28, FOREIGN.length - 20]) {
      const damaged = Buffer.from(FOREIGN);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      await assert.rejects(text(damaged), unreadable, `byte ${at}`);
    }
  });

  it('says what is missing where the native library is', () => {
    const script = `
      import { Module } from 'node:module';
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => {
        if (name === '@napi-rs/lzma') throw Object.assign(new Error('gone'), { code: 'MODULE_NOT_FOUND' });
        return resolve(name, ...rest);
      };
      const { encoderId, ContentStore } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
      const store = await ContentStore.open();
      await store.prepare([], { codec: 'zstd' });
      try { await store.prepare([], { codec: 'xz' }); } catch ({ name, code, path, message }) { console.log(name, code, path, message); }`;
    const { stdout } = spawnSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], { encoding: 'utf8' });
    const { platform, arch, version } = process;
    assert.equal(
      stdout,
      `ContentError encoder-missing @napi-rs/lzma Cannot use xz: "@napi-rs/lzma" is not installed for ${platform}-${arch} and Node ${version}\n`,
    );
  });
});
