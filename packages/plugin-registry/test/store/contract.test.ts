import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { local } from '../../src/local/registry.ts';
import { type PromoteInput, promote } from '../../src/store/promote.ts';
import { LocalBench, RELEASE } from '../local/local-bench.ts';

function manifest(version: string): string {
  return JSON.stringify({ schema: 1, product: 'acme', name: 'acme', version, commit: 'c0ffee', date: 1_700_000_000, artifacts: [] });
}

describe('a registry of stored objects', () => {
  let bench: LocalBench;
  beforeEach(() => {
    bench = new LocalBench();
    mkdirSync(bench.published);
  });
  afterEach(() => bench.close());

  async function publish(version = '1.2.0'): Promise<void> {
    bench.release = { ...RELEASE, version, commit: 'c0ffee' };
    bench.artifacts.length = 0;
    bench.file('a.tar.gz', `archive of ${version}`);
    bench.file('release.json', manifest(version), { kind: 'manifest' });
    await local.publish(bench.job());
  }

  async function findings() {
    return ((await local.verify?.(bench.job())) ?? []).map(({ level, code }) => `${level} ${code}`);
  }

  function pointer(): string | undefined {
    return bench.seen()['acme/latest.json'];
  }

  function retargetTo(version: string) {
    return local.rollback?.(bench.rollback('retarget', version)) ?? assert.fail();
  }

  it('undoes a release without a trace', async () => {
    bench.tree('acme-dir', { 'bin/acme': '#!' });
    await publish();
    await bench.undo();
    assert.deepEqual(readdirSync(bench.published), []);
  });

  it('undoes a release over an older one byte by byte', async () => {
    await publish('1.1.0');
    bench.settle();
    const before = bench.seen();
    await publish('1.2.0');
    assert.notDeepEqual(bench.seen(), before);
    await bench.undo();
    assert.deepEqual(bench.seen(), before);
  });

  it('does not point back to what is gone', async () => {
    await publish('1.1.0');
    bench.settle();
    await publish('1.2.0');
    rmSync(join(bench.published, 'acme/1.1.0'), { recursive: true });
    await assert.rejects(bench.undo(), {
      code: 'pointer-target-gone',
      message: 'Cannot put "acme/latest.json" back to 1.1.0: "acme/1.1.0/release.json" is not there any more',
      hint: '--mode retarget --to <a version that is there>',
    });
    assert.match(pointer() ?? '', /1\.2\.0/);
  });

  for (const text of ['no pointer', 'null', '{"version":"1.1.0","manifest":"../../etc/passwd"}']) {
    it(`puts back ${text}`, async () => {
      bench.write('published/acme/latest.json', text);
      const input: PromoteInput = { key: 'acme/latest.json', pointer: { name: 'acme', version: '1.2.0' } };
      await bench.perform(promote, input);
      assert.match(pointer() ?? '', /1\.2\.0/);
      await bench.undo();
      assert.equal(pointer(), text);
    });
  }

  describe('verify', () => {
    it('is content with what was published', async () => {
      bench.tree('acme-dir', { 'bin/acme': '#!' });
      await publish();
      assert.deepEqual(await findings(), []);
    });

    it('is content with a later pointer', async () => {
      await publish();
      bench.write('published/acme/latest.json', '{"version": "1.10.0"}');
      assert.deepEqual(await findings(), []);
    });

    it('misses artifacts and the pointer', async () => {
      await publish();
      rmSync(join(bench.published, 'acme/1.2.0/a.tar.gz'));
      rmSync(join(bench.published, 'acme/latest.json'));
      assert.deepEqual(await findings(), ['error artifact-missing', 'error pointer-missing']);
    });

    it('sees other bytes of the same length', async () => {
      await publish();
      bench.write('published/acme/1.2.0/a.tar.gz', 'ARCHIVE of 1.2.0');
      assert.deepEqual(await findings(), ['error artifact-differs']);
    });

    it('sees a pointer to an older version', async () => {
      await publish();
      bench.write('published/acme/latest.json', '{"version": "1.1.9"}');
      assert.deepEqual(await findings(), ['error pointer-behind']);
    });
  });

  describe('retarget', () => {
    it('points back with the bytes of that release', async () => {
      await publish('1.1.0');
      const before = pointer();
      await publish('1.2.0');
      await retargetTo('1.1.0');
      assert.equal(pointer(), before);
      assert.equal(bench.seen()['acme/1.2.0/a.tar.gz'], 'archive of 1.2.0');
      await retargetTo('1.1.0');
      assert.equal(pointer(), before);
    });

    it('can be undone', async () => {
      await publish('1.1.0');
      await publish('1.2.0');
      bench.settle();
      const before = pointer();
      await retargetTo('1.1.0');
      assert.notEqual(pointer(), before);
      await bench.undo();
      assert.equal(pointer(), before);
    });

    it('leaves a pointer alone that somebody moved', async () => {
      await publish('1.1.0');
      await publish('1.2.0');
      bench.write('published/acme/latest.json', '{"version": "1.3.0"}');
      await assert.rejects(retargetTo('1.1.0'), {
        code: 'pointer-elsewhere',
        message: 'Cannot point "acme/latest.json" back to 1.1.0: it names 1.3.0, not 1.2.0, and is left alone',
      });
      assert.equal(pointer(), '{"version": "1.3.0"}');
    });

    for (const [version, state] of [
      ['1.0.0', '"acme/1.0.0/release.json" is not there'],
      ['1.2.0-rc.1', 'acme/latest.json does not name such versions'],
      ['../1.1.0', 'it is no version'],
    ] as const) {
      it(`refuses ${version}`, async () => {
        await publish('1.2.0');
        await assert.rejects(retargetTo(version), { code: 'version-absent', message: `Cannot point clients to "${version}": ${state}` });
        assert.match(pointer() ?? '', /1\.2\.0/);
      });
    }

    it('refuses a version whose record tells of another', async () => {
      await publish('1.2.0');
      bench.write('published/acme/1.1.0/release.json', manifest('1.0.9'));
      await assert.rejects(retargetTo('1.1.0'), /"acme\/1\.1\.0\/release\.json" does not describe it/);
    });
  });

  it('undoes the journal in every other mode', async () => {
    await publish();
    await local.rollback?.(bench.rollback('undo'));
    assert.deepEqual(bench.seen(), {});
  });

  it('does not point back while it waited', async () => {
    await publish('1.3.0');
    const before = pointer();
    const input: PromoteInput = { key: 'acme/latest.json', pointer: { name: 'acme', version: '1.2.0', date: '' } };
    const result = await bench.perform(promote, input);
    assert.equal(pointer(), before);
    await promote.revert?.(input, result, bench.context());
    assert.equal(pointer(), before);
  });

  describe('record', () => {
    it('keeps the journal and gives it back', async () => {
      assert.equal(await local.record?.read(bench.job()), undefined);
      await local.record?.write(bench.job(), Buffer.from('one'));
      await local.record?.write(bench.job(), Buffer.from('two'));
      assert.equal(Buffer.from((await local.record?.read(bench.job())) ?? []).toString(), 'two');
      assert.ok(existsSync(join(bench.published, 'acme/1.2.0/.journal.ndjson')));
      assert.equal(await local.current?.(bench.job()), undefined);
    });
  });
});
