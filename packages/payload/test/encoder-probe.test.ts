import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { encoderId, type PackedCodec, probeEncoder } from '../src/index.ts';

const CODECS: readonly PackedCodec[] = ['deflate', 'xz', 'zstd', 'brotli'];

describe('probeEncoder', () => {
  for (const codec of CODECS) {
    it(`finds the ${codec} of official Node builds`, () => {
      assert.equal(probeEncoder(codec).expected, true);
    });
  }
});

describe('encoderId', () => {
  it('is the same wherever the bytes are', () => {
    assert.deepEqual(
      CODECS.map((codec) => encoderId(codec)),
      ['1af8fa6909b0', 'd5279cc4426e', 'b41059b3d851', '3afd63ed103c'],
    );
  });

  it('loads no native library for others', () => {
    const index = JSON.stringify(new URL('../src/index.ts', import.meta.url).href);
    const script = `
      const { encoderId } = await import(${index});
      const loaded = () => process.report.getReport().sharedObjects.some((path) => path.includes('lzma'));
      encoderId('deflate'); encoderId('zstd'); encoderId('brotli');
      const before = loaded();
      encoderId('xz');
      console.log(before, loaded());`;
    const { stdout } = spawnSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.equal(stdout, 'false true\n');
  });
});
