import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '@provisioning-dist/core';
import { type PromoteInput, promote } from '../../src/store/promote.ts';
import { type UploadInput, upload } from '../../src/store/upload.ts';
import { LocalBench } from '../local/local-bench.ts';

describe('storage.upload', () => {
  let bench: LocalBench;
  beforeEach(() => {
    bench = new LocalBench();
  });
  afterEach(() => bench.close());

  function input(artifact: Artifact): UploadInput {
    const { name, size, sha256, type } = artifact;
    return { artifact: { name, size, sha256 }, type, key: `acme/1.2.0/${name}`, replace: false };
  }

  async function take(one: UploadInput): Promise<void> {
    await upload.revert?.(one, { key: one.key }, bench.context());
  }

  it('has an identity without local paths', () => {
    const one = input(bench.file('a.tar.gz', 'archive'));
    assert.equal(upload.key?.(one), `acme/1.2.0/a.tar.gz@${one.artifact.sha256}`);
    assert.equal(upload.describe(one), 'upload acme/1.2.0/a.tar.gz');
    assert.deepEqual(upload.preview?.(one), { key: 'acme/1.2.0/a.tar.gz' });
  });

  it('is found only when it is there whole', async () => {
    const one = input(bench.file('a.tar.gz', 'archive'));
    assert.equal(await upload.probe?.(one, bench.context()), undefined);
    bench.write('published/acme/1.2.0/a.tar.gz', 'arch');
    assert.equal(await upload.probe?.(one, bench.context()), undefined);
    bench.write('published/acme/1.2.0/a.tar.gz', 'archive');
    assert.deepEqual(await upload.probe?.(one, bench.context()), { key: 'acme/1.2.0/a.tar.gz' });
  });

  it('refuses an artifact whose bytes changed', async () => {
    const one = input(bench.file('a.tar.gz', 'archive'));
    bench.write('a.tar.gz', 'ARCHIVE');
    await assert.rejects(upload.apply(one, bench.context()), /has the digest/);
    assert.deepEqual(bench.seen(), {});
  });

  it('completes a tree that was cut off', async () => {
    const one = input(bench.tree('tree', { 'a/b': '1', 'a/c': '2', '@a/d': 'b' }));
    bench.write('published/acme/1.2.0/tree/a/b', '1');
    symlinkSync('b', join(bench.published, 'acme/1.2.0/tree/a/d'));
    assert.equal(await upload.probe?.(one, bench.context()), undefined);
    await upload.apply(one, bench.context());
    assert.deepEqual(Object.keys(bench.seen()), ['acme/1.2.0/tree/a/b', 'acme/1.2.0/tree/a/c', 'acme/1.2.0/tree/a/d']);
    assert.deepEqual(await upload.probe?.(one, bench.context()), { key: one.key });
  });

  it('keeps executable bits of a tree', async () => {
    const artifact = bench.tree('tree', { 'bin/tool': '#!' });
    bench.write('tree/bin/tool', '#!', 0o755);
    await upload.apply(input(artifact), bench.context());
    const { mode } = statSync(join(bench.published, 'acme/1.2.0/tree/bin/tool'));
    assert.equal(mode & 0o100, 0o100);
  });

  it('refuses a tree with other files in it', async () => {
    const one = input(bench.tree('tree', { a: '1' }));
    bench.write('published/acme/1.2.0/tree/b', 'stranger');
    await assert.rejects(upload.apply(one, bench.context()), { code: 'object-differs' });
  });

  it('refuses a link where a file goes', async () => {
    const one = input(bench.tree('tree', { a: '1', b: '2' }));
    bench.write('published/acme/1.2.0/tree/b', '2');
    symlinkSync('b', join(bench.published, 'acme/1.2.0/tree/a'));
    await assert.rejects(upload.apply(one, bench.context()), { code: 'object-differs' });
  });

  it('is taken back, twice', async () => {
    const one = input(bench.file('a.tar.gz', 'archive'));
    const tree = input(bench.tree('tree', { 'x/y': '1', '@x/z': 'y' }));
    await upload.apply(one, bench.context());
    await upload.apply(tree, bench.context());
    for (const _ of [1, 2]) {
      await take(one);
      await take(tree);
      assert.equal(existsSync(join(bench.published, 'acme')), false);
    }
  });

  it('is left alone when somebody changed it', async () => {
    const one = input(bench.file('a.tar.gz', 'archive'));
    await upload.apply(one, bench.context());
    bench.write('published/acme/1.2.0/a.tar.gz', 'theirs');
    await assert.rejects(take(one), { code: 'object-changed' });
    assert.equal(bench.seen()['acme/1.2.0/a.tar.gz'], 'theirs');
  });
});

describe('storage.promote', () => {
  let bench: LocalBench;
  beforeEach(() => {
    bench = new LocalBench();
    bench.write('published/acme/latest.json', 'the old pointer, byte by byte');
  });
  afterEach(() => bench.close());

  const input: PromoteInput = { key: 'acme/latest.json', pointer: { name: 'acme', version: '1.2.0', date: '2026-01-01T00:00:00.000Z' } };

  function pointer(): string | undefined {
    return bench.seen()['acme/latest.json'];
  }

  it('keeps what it replaced and puts it back', async () => {
    const result = await bench.perform(promote, input);
    assert.equal(result.previous?.text, 'the old pointer, byte by byte');
    assert.match(pointer() ?? '', /"version": "1.2.0"/);
    for (const _ of [1, 2]) {
      await promote.revert?.(input, result, bench.context());
      assert.equal(pointer(), 'the old pointer, byte by byte');
    }
  });

  it('removes the pointer when there was none', async () => {
    rmSync(join(bench.published, 'acme'), { recursive: true });
    const result = await bench.perform(promote, input);
    assert.equal(result.previous, null);
    for (const _ of [1, 2]) {
      await promote.revert?.(input, result, bench.context());
      assert.deepEqual(bench.seen(), {});
    }
  });

  it('does not overwrite who came in between', async () => {
    const before = await promote.before?.(input, bench.context());
    bench.write('published/acme/latest.json', 'theirs');
    await assert.rejects(promote.apply(input, bench.context(before)), { code: 'pointer-moved' });
    assert.equal(pointer(), 'theirs');
  });

  it('does not take back what is no longer its own', async () => {
    const result = await bench.perform(promote, input);
    bench.write('published/acme/latest.json', 'theirs');
    await assert.rejects(async () => await promote.revert?.(input, result, bench.context()), { code: 'pointer-moved' });
    assert.equal(pointer(), 'theirs');
  });

  it('still knows the old pointer after a crash', async () => {
    const before = await promote.before?.(input, bench.context());
    await promote.apply(input, bench.context(before));
    const found = await promote.probe?.(input, bench.context(before));
    assert.equal(found?.previous?.text, 'the old pointer, byte by byte');
  });

  it('does not guess what another run replaced', async () => {
    await bench.perform(promote, input);
    const found = await promote.probe?.(input, bench.context());
    assert.deepEqual(found, { key: 'acme/latest.json', version: '1.2.0' });
    await assert.rejects(async () => await promote.revert?.(input, { key: input.key, version: '1.2.0' }, bench.context()), {
      code: 'pointer-previous-unknown',
    });
  });
});
