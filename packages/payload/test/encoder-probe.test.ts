import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { encoderId, type ProbedCodec, probeEncoder } from '../src/index.ts';

const CODECS: readonly ProbedCodec[] = ['xz', 'zstd', 'brotli'];

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
      (['deflate', ...CODECS] as const).map((codec) => encoderId(codec)),
      ['e236a0c6e495', 'a3d19614fa30', '76955a339046', '432efe40836a'],
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
