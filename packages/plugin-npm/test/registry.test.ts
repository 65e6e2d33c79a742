import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from '../src/registry/registry.ts';
import { LINUX, NpmBench, parse, program } from './npm-bench.ts';
import { type NpmFault, type NpmServer, startNpmServer } from './npm-server.ts';

describe('registry npm', () => {
  let bench: NpmBench;
  let server: NpmServer;
  beforeEach(async () => {
    bench = new NpmBench();
    server = await startNpmServer(bench.token);
    bench.url = server.url;
    await bench.prepare();
  });
  afterEach(async () => {
    await bench.close();
    await server.close();
  });

  function changes(): readonly string[] {
    return server.log.filter((line) => !line.startsWith('GET')).map((line) => decodeURIComponent(line));
  }

  /** Packages with their versions and tags. */
  function seen(): Record<string, unknown> {
    const all = [...server.packages].map(([name, { versions, tags }]) => [name, { versions: [...versions.keys()], tags: Object.fromEntries(tags) }]);
    return Object.fromEntries(all);
  }

  const STAGED = { versions: ['1.2.0'], tags: { staged: '1.2.0' } };

  it('publishes platforms, then the main package, then the tag', async () => {
    await bench.publish();
    assert.deepEqual(seen(), {
      '@acme/cli-darwin-arm64': STAGED,
      '@acme/cli-linux-x64': STAGED,
      '@acme/cli': { versions: ['1.2.0'], tags: { staged: '1.2.0', latest: '1.2.0' } },
    });
    assert.deepEqual(changes().slice(-2), ['PUT /@acme/cli 201', 'PUT /-/package/@acme/cli/dist-tags/latest 201']);
    assert.equal(await npm.current?.(bench.job() as never), '1.2.0');
    assert.deepEqual(await npm.verify?.(bench.job() as never), []);
  });

  it('changes nothing the second time', async () => {
    await bench.publish();
    const before = changes();
    await bench.publish();
    await bench.forget();
    await bench.publish();
    assert.deepEqual(changes(), before);
  });

  it('puts the tag back and says what stays', async () => {
    await bench.prepare('1.1.0');
    await bench.publish();
    await bench.prepare('1.2.0');
    await bench.publish();
    const left = await bench.undo();
    assert.deepEqual(left.toSorted(), ['publish @acme/cli-darwin-arm64@1.2.0', 'publish @acme/cli-linux-x64@1.2.0', 'publish @acme/cli@1.2.0']);
    assert.equal(await npm.current?.(bench.job() as never), '1.1.0');
    await bench.undo();
    assert.equal(await npm.current?.(bench.job() as never), '1.1.0');
    assert.match(npm.effects.find(({ name }) => name === 'npm.publish-main')?.irreversible ?? '', /npm deprecate/);
  });

  it('removes the tag when there was none', async () => {
    await bench.publish();
    await bench.undo();
    assert.equal(await npm.current?.(bench.job() as never), undefined);
  });

  it('refuses a version that is there with other content', async () => {
    await bench.publish();
    await bench.forget();
    await bench.prepare('1.2.0', 'other');
    const findings = (await npm.preflight?.(bench.job() as never)) ?? [];
    assert.deepEqual(new Set(findings.map(({ level, code }) => `${level} ${code}`)), new Set(['error version-taken']));
    await assert.rejects(bench.publish(), { code: 'object-differs', message: /sha512-.*, not sha512-/ });
  });

  const FAULTS: Record<string, NpmFault> = {
    'a connection dropped before storing': { reset: 'before' },
    'a connection dropped after storing': { reset: 'after' },
    '500 before storing': { status: 500 },
    '500 after storing': { status: 500, stored: true },
    '502 for everything': { status: 502 },
  };
  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`gets through ${name}`, async () => {
      const failed = new Set<string>();
      server.fail(({ method, path }) => {
        if ((method === 'GET') !== name.startsWith('502') || failed.has(path)) return undefined;
        failed.add(path);
        return fault;
      });
      await bench.publish();
      server.fail(undefined);
      assert.deepEqual(await npm.verify?.(bench.job() as never), []);
      assert.deepEqual(
        changes().filter((line) => line.endsWith('403')),
        [],
      );
    });
  }

  it('takes a refusal for what it finds', async () => {
    // Another run publishes the same between our look and our turn: npm says 403.
    server.fail(({ method, path }) => (method === 'PUT' && path === '/@acme%2fcli' ? { status: 403, stored: true } : undefined));
    await bench.publish();
    assert.equal(await npm.current?.(bench.job() as never), '1.2.0');
  });

  it('explains a refusal', async () => {
    server.fail(({ method }) => (method === 'PUT' ? { status: 403 } : undefined));
    await assert.rejects(bench.publish(), { code: 'npm-refused', hint: /token may not publish/ });
    assert.equal(changes().filter((line) => line.startsWith('PUT /@acme/cli-linux-x64')).length <= 1, true);
    assert.deepEqual(seen(), {});
  });

  it('publishes nothing main when a platform fails', async () => {
    server.fail(({ path }) => (path === '/@acme%2fcli-linux-x64' ? { status: 413 } : undefined));
    await assert.rejects(bench.publish());
    assert.equal(server.packages.has('@acme/cli'), false);
  });

  it('never moves the tag back', async () => {
    await bench.prepare('1.10.0');
    await bench.publish();
    await bench.prepare('1.9.0');
    await bench.publish();
    assert.equal(await npm.current?.(bench.job() as never), '1.10.0');
    assert.ok(server.packages.get('@acme/cli')?.versions.has('1.9.0'));
  });

  it('gives pre-releases a tag of their own', async () => {
    await bench.publish();
    await bench.prepare('1.3.0-rc.1');
    await bench.publish();
    const tags = Object.fromEntries(server.packages.get('@acme/cli')?.tags ?? []);
    assert.deepEqual(tags, { staged: '1.3.0-rc.1', latest: '1.2.0', rc: '1.3.0-rc.1' });
  });

  it('leaves a tag alone that somebody moved', async () => {
    await bench.prepare('1.1.0');
    await bench.publish();
    await bench.prepare('1.2.0');
    await bench.publish();
    server.tag('@acme/cli', 'latest', '1.1.0');
    await bench.undo();
    assert.equal(await npm.current?.(bench.job() as never), '1.1.0');
    await bench.prepare('1.3.0');
    await bench.publish();
    server.tag('@acme/cli', 'latest', '1.2.0');
    await assert.rejects(bench.undo(), { code: 'pointer-moved' });
    assert.equal(await npm.current?.(bench.job() as never), '1.2.0');
  });

  describe('retarget', () => {
    it('tags an older version', async () => {
      await bench.prepare('1.1.0');
      await bench.publish();
      await bench.prepare('1.2.0');
      await bench.publish();
      await bench.retarget('1.1.0');
      assert.equal(await npm.current?.(bench.job() as never), '1.1.0');
      const before = changes();
      await bench.retarget('1.1.0');
      assert.deepEqual(changes(), before);
    });

    it('refuses a version that is not there', async () => {
      await bench.publish();
      await assert.rejects(bench.retarget('1.0.0'), { code: 'version-absent' });
      await assert.rejects(bench.retarget('latest'), { code: 'version-absent' });
    });
  });

  describe('verify', () => {
    async function codes(): Promise<readonly string[]> {
      return ((await npm.verify?.(bench.job() as never)) ?? []).map(({ code }) => code);
    }

    it('sees what is missing', async () => {
      assert.deepEqual(await codes(), ['artifact-missing', 'artifact-missing', 'artifact-missing']);
    });

    it('sees a tag that is behind', async () => {
      await bench.publish();
      server.tag('@acme/cli', 'latest', undefined);
      assert.deepEqual(await codes(), ['pointer-behind']);
    });

    it('sees a file that is not what is said of it', async () => {
      await bench.publish();
      server.packages.get('@acme/cli')?.versions.get('1.2.0')?.tarball.fill(0);
      assert.deepEqual(await codes(), ['artifact-differs']);
    });
  });

  it('finds a token that is not known', async () => {
    bench.token = 'wrong';
    const [finding] = (await npm.preflight?.(bench.job() as never)) ?? [];
    assert.deepEqual([finding?.level, finding?.code], ['error', 'not-authorised']);
    await assert.rejects(bench.publish(), { code: 'http-status', message: /answered 401/ });
    assert.deepEqual(seen(), {});
  });

  it('finds a connection in the clear', async () => {
    bench.url = 'http://registry.example';
    const [finding] = (await npm.preflight?.(bench.job() as never)) ?? [];
    assert.equal(finding?.code, 'insecure-url');
  });

  it('wants the scope of the formats', async () => {
    bench.registry = { scope: '@other' };
    await assert.rejects(bench.publish(), { code: 'npm-other-package' });
    bench.registry = { scope: undefined };
    await assert.rejects(bench.publish(), { code: 'npm-other-package', message: /holds @acme\/cli-.*, not acme-cli-/ });
    assert.deepEqual(seen(), {});
  });

  it('refuses a file without package.json', async () => {
    const [one] = bench.artifacts;
    writeFileSync(join(bench.folder, 'out', one?.name ?? ''), 'no package');
    await assert.rejects(bench.publish());
    // others of its kind may be up by then, under a tag nobody asks for
    assert.ok(Object.values(seen() as Record<string, { tags: object }>).every(({ tags }) => Object.keys(tags).join() === 'staged'));
    assert.ok(!('@acme/cli' in seen()));
  });

  it('refuses to publish nothing', async () => {
    bench.artifacts.length = 0;
    await assert.rejects(bench.publish(), { code: 'nothing-chosen' });
  });

  it('locates packages before they are made', () => {
    const { options, release } = bench.job();
    const locate = (name: string) => npm.locate?.({ name, size: 0, sha256: '' }, { options: options as never, release, id: 'npm' });
    assert.equal(locate('acme-cli-linux-x64-1.2.0.tgz'), `${server.url}/@acme/cli-linux-x64/-/cli-linux-x64-1.2.0.tgz`);
    assert.equal(locate('checksums.sha256'), undefined);
  });

  it('writes no token into the journal', async () => {
    await bench.publish();
    const { file } = await bench.journal();
    assert.ok(!readFileSync(file, 'utf8').includes(bench.token));
  });

  it('publishes packages of several variants', async () => {
    await bench.pack(LINUX, [program('bin/acme')], { scope: '@acme' }, { variant: 'mini', variants: ['full', 'mini'] });
    await bench.publish();
    assert.deepEqual(seen()['@acme/cli-mini-linux-x64'], STAGED);
  });

  for (const raw of [
    { url: 'ftp://x.example' },
    { url: 'https://a:b@x.example' },
    { url: 'https://x.example?a' },
    { tag: '1.x' },
    { tag: 'a b' },
    { tag: '../x' },
    { token: 'clear' },
    { scope: 'acme' },
  ]) {
    it(`refuses ${JSON.stringify(raw)}`, () => {
      assert.throws(() => parse(npm.options as never, raw, '/'));
    });
  }
});
