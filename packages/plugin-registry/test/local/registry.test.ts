import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { local } from '../../src/local/registry.ts';
import { LocalBench, RELEASE } from './local-bench.ts';

describe('local registry', () => {
  let bench: LocalBench;
  beforeEach(() => {
    bench = new LocalBench();
  });
  afterEach(() => bench.close());

  async function publish(): Promise<void> {
    await local.publish(bench.job());
  }

  it('publishes artifacts and a pointer', async () => {
    bench.file('a.tar.gz', 'archive');
    bench.file('release.json', '{}', { kind: 'manifest' });
    await publish();
    assert.deepEqual(bench.seen(), {
      'acme/1.2.0/a.tar.gz': 'archive',
      'acme/1.2.0/release.json': '{}',
      'acme/latest.json':
        '{\n  "name": "acme",\n  "version": "1.2.0",\n  "date": "2023-11-14T22:13:20.000Z",\n  "manifest": "acme/1.2.0/release.json"\n}\n',
    });
  });

  it('changes nothing the second time', async () => {
    bench.file('a.tar.gz', 'archive');
    await publish();
    const before = bench.seen();
    await publish();
    assert.deepEqual(bench.seen(), before);
  });

  it('publishes a layout as a tree', async () => {
    bench.tree('acme-dir', { 'bin/acme': '#!', 'lib/a.so': 'so', '@lib/b.so': 'a.so' });
    await publish();
    assert.equal(readFileSync(join(bench.published, 'acme/1.2.0/acme-dir/lib/b.so'), 'utf8'), 'so');
    assert.deepEqual(Object.keys(bench.seen()), [
      'acme/1.2.0/acme-dir/bin/acme',
      'acme/1.2.0/acme-dir/lib/a.so',
      'acme/1.2.0/acme-dir/lib/b.so',
      'acme/latest.json',
    ]);
  });

  it('refuses other bytes under a published name', async () => {
    const old = bench.file('a.tar.gz', 'archive');
    await publish();
    bench.artifacts.length = 0;
    const changed = bench.file('a.tar.gz', 'changed');
    await assert.rejects(publish(), { code: 'object-differs', data: { found: old.sha256, wanted: changed.sha256 } });
  });

  it('says which version clients get', async () => {
    assert.equal(await local.current?.(bench.job()), undefined);
    bench.file('a.tar.gz', 'archive');
    await publish();
    assert.equal(await local.current?.(bench.job()), '1.2.0');
  });

  it('never moves the pointer back to an older version', async () => {
    bench.write('published/acme/latest.json', '{"version":"1.10.0"}');
    bench.file('a.tar.gz', 'archive');
    await publish();
    assert.equal(bench.seen()['acme/latest.json'], '{"version":"1.10.0"}');
    assert.equal(bench.seen()['acme/1.2.0/a.tar.gz'], 'archive');
  });

  it('does not take anything for a pointer', async () => {
    bench.write('published/acme/latest.json', '[]');
    await assert.rejects(async () => await local.current?.(bench.job()), { code: 'pointer-unreadable' });
  });

  for (const [version, tag] of [
    ['1.2.0', 'latest'],
    ['1.2.0+build-5', 'latest'],
    ['1.2.0-rc.1', 'rc'],
    ['1.2.0-Beta', 'beta'],
    ['1.2.0-0.3', 'next'],
    ['1.2.0-latest.1', 'next'],
    ['1.2.0-snapshot', 'next'],
  ] as const) {
    it(`points ${tag} to ${version}`, async () => {
      bench.release = { ...RELEASE, version };
      await publish();
      assert.deepEqual(Object.keys(bench.seen()), [`acme/${tag}.json`]);
    });
  }

  it('replaces a snapshot of the same name', async () => {
    bench.release = { ...RELEASE, version: '1.2.1-snapshot.3.gabc1234.dirty', snapshot: true };
    bench.file('a.tar.gz', 'one');
    await publish();
    bench.artifacts.length = 0;
    bench.file('a.tar.gz', 'two');
    await publish();
    assert.equal(bench.seen()['acme/1.2.1-snapshot.3.gabc1234.dirty/a.tar.gz'], 'two');
    assert.ok('acme/snapshot.json' in bench.seen());
  });

  it('locates by file URL or public address', () => {
    const artifact = { name: 'a b.tar.gz', size: 1, sha256: '' };
    const view = { release: RELEASE, options: bench.options, id: 'local' };
    assert.equal(local.locate?.(artifact, view), pathToFileURL(join(bench.published, 'acme/1.2.0/a b.tar.gz')).href);
    const options = { ...bench.options, url: 'https://dl.example/x/' };
    assert.equal(local.locate?.(artifact, { ...view, options }), 'https://dl.example/x/acme/1.2.0/a%20b.tar.gz');
  });

  it('publishes by another layout', async () => {
    Object.assign(bench.options, { layout: 'v{version}/{artifact}' });
    bench.file('a.tar.gz', 'archive');
    await publish();
    assert.ok('v1.2.0/a.tar.gz' in bench.seen());
  });

  for (const version of ['../../1', '/1', '1\0']) {
    it(`lets no version ${JSON.stringify(version)} lead out`, async () => {
      bench.release = { ...RELEASE, version };
      bench.file('a.tar.gz', 'archive');
      await assert.rejects(publish(), TypeError);
    });
  }

  describe('preflight', () => {
    async function findings() {
      return (await local.preflight?.(bench.job())) ?? [];
    }

    it('finds nothing wrong with a new folder', async () => {
      bench.file('a.tar.gz', 'archive');
      assert.deepEqual(await findings(), []);
    });

    it('finds nothing wrong with the same bytes', async () => {
      bench.file('a.tar.gz', 'archive');
      await publish();
      assert.deepEqual(await findings(), []);
    });

    it('names both digests of a taken version', async () => {
      const old = bench.file('a.tar.gz', 'archive');
      await publish();
      bench.artifacts.length = 0;
      const changed = bench.file('a.tar.gz', 'changed');
      const [finding] = await findings();
      assert.deepEqual([finding?.level, finding?.code], ['error', 'version-taken']);
      assert.equal(finding?.message, `Cannot publish "a.tar.gz" 1.2.0: other bytes are there (sha256 ${old.sha256}, not ${changed.sha256})`);
    });

    it('finds a file where the folder goes', async () => {
      writeFileSync(bench.published, '');
      assert.deepEqual(
        (await findings()).map(({ code, message }) => [code, message]),
        [['folder-unwritable', `Cannot publish into "${bench.published}": "${bench.published}" is not a folder`]],
      );
    });

    it('changes nothing', async () => {
      mkdirSync(bench.published);
      bench.file('a.tar.gz', 'archive');
      await findings();
      assert.deepEqual(bench.seen(), {});
    });
  });
});
