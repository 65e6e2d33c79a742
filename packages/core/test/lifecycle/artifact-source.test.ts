import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withSource } from '../../src/lifecycle/artifact-source.ts';

describe('a source of an artifact', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'artifact-source-'));
    writeFileSync(join(folder, 'file'), '0123456789');
  });
  after(() => rmSync(folder, { recursive: true }));

  function read(position: number, length: number): Promise<string> {
    return withSource(join(folder, 'file'), 10, async (source) => Buffer.from(source.read(position, length)).toString());
  }

  it('reads by position', async () => {
    assert.deepEqual(await Promise.all([read(0, 3), read(7, 3), read(4, 0)]), ['012', '789', '']);
  });

  it('is short only at the end', async () => {
    assert.deepEqual(await Promise.all([read(8, 5), read(10, 5), read(99, 5)]), ['89', '', '']);
  });

  it('is short where the file became so', async () => {
    const path = join(folder, 'file');
    assert.equal(await withSource(path, 1000, async (source) => source.read(5, 1000).length), 5);
  });

  it('gives a folder by its path', async () => {
    assert.deepEqual(await withSource(folder, undefined, async ({ path, size }) => [readdirSync(path), size]), [['file'], 0]);
  });

  it('is closed when its use fails', async () => {
    let later: (() => unknown) | undefined;
    const used = withSource(join(folder, 'file'), 10, async (source) => {
      later = () => source.read(0, 1);
      throw new Error('no');
    });
    await assert.rejects(used, /no/);
    assert.throws(() => later?.(), { code: 'EBADF' });
  });
});
