import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmMainFormat } from '../src/format/main.ts';
import { npmFormat } from '../src/format/platform.ts';
import { packageIn, packedName } from '../src/package-name.ts';
import { file, LINUX, MACOS, MUSL, NpmBench, parse, program, WINDOWS } from './npm-bench.ts';

describe('format npm', () => {
  let bench: NpmBench;
  beforeEach(() => {
    bench = new NpmBench();
  });
  afterEach(() => bench.close());

  it('holds the programs of one platform', async () => {
    const entries = [program('bin/acme', 'ELF'), file('doc/guide.md', 'text', { role: 'doc' }), file('LICENSE', 'MIT', { role: 'license' })];
    const { artifact, files, findings } = await bench.pack(LINUX, entries, { scope: '@acme', repository: 'https://git.example/acme' });
    assert.equal(artifact.name, 'acme-cli-linux-x64-1.2.0.tgz');
    assert.deepEqual(Object.keys(files), ['package/package.json', 'package/README.md', 'package/bin/acme', 'package/LICENSE']);
    assert.deepEqual(files['package/bin/acme'], [0o755, 'ELF']);
    assert.deepEqual(JSON.parse(files['package/package.json']?.[1] ?? ''), {
      name: '@acme/cli-linux-x64',
      version: '1.2.0',
      description: 'Does things',
      homepage: 'https://acme.example',
      license: 'MIT',
      repository: { type: 'git', url: 'https://git.example/acme' },
      preferUnplugged: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['glibc'],
    });
    assert.deepEqual(findings, []);
  });

  it('is the same twice', async () => {
    const [one, two] = [await bench.pack(MACOS, [program('bin/a')]), await bench.pack(MACOS, [program('bin/a')])];
    assert.equal(one.artifact.sha256, two.artifact.sha256);
    assert.match(one.artifact.digests.sha512 ?? '', /^[0-9a-f]{128}$/);
    assert.match(one.artifact.digests.sha1 ?? '', /^[0-9a-f]{40}$/);
  });

  it('is called after platform, C library and variant', async () => {
    const names = [
      await bench.pack(MUSL, [program('bin/a')]),
      await bench.pack(WINDOWS, [program('bin/a.exe')]),
      await bench.pack(MACOS, [program('bin/a')], {}, { variant: 'full', variants: ['full', 'mini'] }),
      await bench.pack(MACOS, [program('bin/a')], {}, { variant: 'mini', variants: ['full', 'mini'] }),
    ].map(({ artifact }) => artifact.name);
    assert.deepEqual(names, [
      'cli-linux-x64-musl-1.2.0.tgz',
      'cli-win32-x64-1.2.0.tgz',
      'cli-darwin-arm64-1.2.0.tgz',
      'cli-mini-darwin-arm64-1.2.0.tgz',
    ]);
  });

  it('drops build metadata, as registries do', async () => {
    bench.release = { ...bench.release, version: '1.2.0-rc.1+build.5' };
    const { artifact, files } = await bench.pack(MACOS, [program('bin/a')]);
    assert.equal(artifact.name, 'cli-darwin-arm64-1.2.0-rc.1.tgz');
    assert.equal(JSON.parse(files['package/package.json']?.[1] ?? '').version, '1.2.0-rc.1');
  });

  it("keeps its own package.json and the product's README", async () => {
    const entries = [program('bin/a'), file('package.json', '{"scripts":{}}', { role: 'license' }), file('README.md', 'ours', { role: 'license' })];
    const { files } = await bench.pack(MACOS, entries);
    assert.equal(JSON.parse(files['package/package.json']?.[1] ?? '').name, 'cli-darwin-arm64');
    assert.equal(files['package/README.md']?.[1], 'ours');
  });

  it('refuses what npm would leave out', async () => {
    const link = { ...program('bin/b'), type: 'symlink', target: 'a' } as const;
    await assert.rejects(bench.pack(MACOS, [program('bin/a'), link]), { code: 'npm-link' });
    await assert.rejects(bench.pack(MACOS, [file('LICENSE', 'x', { role: 'license' })]), { code: 'npm-no-binaries' });
  });

  for (const name of ['Upper', '../up', 'a b', '.dot', '', 'a'.repeat(230)]) {
    it(`refuses the name ${JSON.stringify(name.slice(0, 20))}`, async () => {
      await assert.rejects(bench.pack(MACOS, [program('bin/a')], {}, { package: name }), { code: 'npm-name' });
    });
  }

  it('refuses packages for no platform', async () => {
    await assert.rejects(bench.pack(undefined as never, [program('bin/a')]), { code: 'npm-platform' });
  });

  for (const raw of [{ scope: 'acme' }, { scope: '@Acme' }, { scope: '@a/b' }, { repository: 'javascript:x' }, { roles: ['nobody'] }, { level: 0 }]) {
    it(`refuses ${JSON.stringify(raw)}`, () => {
      assert.throws(() => parse(npmFormat.options, raw, '/'));
    });
  }

  it('is found wrong where it is', async () => {
    const { artifact, path } = await bench.pack(MACOS, [program('bin/a', 'whole')]);
    const bytes = readFileSync(path);
    const source = (content: Buffer, name = artifact.name) => ({
      path: `/x/${name}`,
      size: content.length,
      read: (at: number, length: number) => content.subarray(at, at + length),
    });
    const codes = async (content: Buffer, name?: string, entries = [program('bin/a', 'whole')]) =>
      [...((await npmFormat.read?.(source(content, name), { platform: MACOS, variant: undefined, entries })) ?? [])].map(({ code }) => code);
    assert.deepEqual(await codes(bytes.subarray(0, 200)), ['npm-unreadable']);
    assert.deepEqual(await codes(bytes, 'other-1.2.0.tgz'), ['npm-file-name']);
    assert.deepEqual(await codes(bytes, undefined, [program('bin/b')]), ['npm-binary']);
    assert.deepEqual(await codes(bytes, undefined, [program('bin/a', 'longer than that')]), ['npm-binary']);
  });
});

describe('format npm-main', () => {
  let bench: NpmBench;
  beforeEach(() => {
    bench = new NpmBench();
  });
  afterEach(() => bench.close());

  const SCOPE = { scope: '@acme' };

  it('depends on the packages of its platforms', async () => {
    for (const platform of [MUSL, LINUX, MACOS]) await bench.pack(platform, [program('bin/acme')], SCOPE);
    await bench.pack(WINDOWS, [program('bin/acme.exe')], SCOPE);
    await bench.pack(LINUX, [program('bin/acme')], SCOPE, { variant: 'mini', variants: ['full', 'mini'] });
    await bench.pack(LINUX, [program('bin/other')], SCOPE, { package: 'other' });
    const { artifact, files, findings } = await bench.packMain([program('bin/acme')], SCOPE, { variants: ['full', 'mini'] });
    assert.equal(artifact.name, 'acme-cli-1.2.0.tgz');
    assert.deepEqual(findings, []);
    const manifest = JSON.parse(files['package/package.json']?.[1] ?? '');
    assert.deepEqual(manifest.bin, { acme: 'bin/acme.js' });
    assert.deepEqual(manifest.optionalDependencies, {
      '@acme/cli-darwin-arm64': '1.2.0',
      '@acme/cli-linux-x64': '1.2.0',
      '@acme/cli-linux-x64-musl': '1.2.0',
      '@acme/cli-win32-x64': '1.2.0',
    });
    assert.equal(manifest.scripts, undefined);
    assert.equal(files['package/bin/acme.js']?.[0], 0o755);
  });

  it('chooses from another variant', async () => {
    const variants = { variants: ['full', 'mini'] };
    await bench.pack(LINUX, [program('bin/acme')], SCOPE, { variant: 'full', ...variants });
    await bench.pack(LINUX, [program('bin/acme')], SCOPE, { variant: 'mini', ...variants });
    const { artifact, files } = await bench.packMain([program('bin/acme')], { ...SCOPE, variant: 'mini' }, variants);
    assert.equal(artifact.name, 'acme-cli-mini-1.2.0.tgz');
    assert.deepEqual(JSON.parse(files['package/package.json']?.[1] ?? '').optionalDependencies, { '@acme/cli-mini-linux-x64': '1.2.0' });
  });

  it('has the pages of the product at its top', async () => {
    await bench.pack(LINUX, [program('bin/acme')]);
    const pages = [file('share/doc/acme/README.md', 'read', { role: 'doc' }), file('share/doc/acme/guide.md', 'no', { role: 'doc' })];
    const licenses = [file('share/doc/acme/x/LICENSE', 'deep', { role: 'license' }), file('share/LICENSE', 'MIT', { role: 'license' })];
    const { files } = await bench.packMain([program('bin/acme'), ...pages, ...licenses]);
    assert.deepEqual(Object.keys(files), ['package/package.json', 'package/LICENSE', 'package/README.md', 'package/bin/acme.js']);
    assert.equal(files['package/LICENSE']?.[1], 'MIT');
  });

  it('has the commands it is told', async () => {
    await bench.pack(LINUX, [program('bin/acme'), program('libexec/acmed')]);
    const { files } = await bench.packMain([program('bin/acme'), program('libexec/acmed')], { bin: { daemon: 'libexec/acmed' } });
    assert.deepEqual(JSON.parse(files['package/package.json']?.[1] ?? '').bin, { daemon: 'bin/daemon.js' });
    await assert.rejects(bench.packMain([program('bin/acme')], { bin: { daemon: 'libexec/acmed' } }), { code: 'npm-unknown-binary' });
  });

  it('refuses two programs for one command', async () => {
    await bench.pack(LINUX, [program('bin/acme')]);
    await assert.rejects(bench.packMain([program('bin/acme'), program('sbin/acme')]), { code: 'npm-same-command' });
  });

  it('refuses to choose among nothing', async () => {
    await assert.rejects(bench.packMain([program('bin/acme')]), { code: 'npm-no-platforms' });
    await bench.pack(LINUX, [program('bin/acme')], SCOPE);
    await assert.rejects(bench.packMain([program('bin/acme')]), { code: 'npm-no-platforms' });
  });

  for (const raw of [{ bin: { '../evil': 'bin/acme' } }, { bin: { acme: '../bin/acme' } }, { bin: { acme: '/bin/acme' } }, { bin: { 'a b': 'x' } }]) {
    it(`refuses ${JSON.stringify(raw)}`, () => {
      assert.throws(() => parse(npmMainFormat.options, raw, '/'));
    });
  }

  describe('launcher', () => {
    const target = `${process.platform}-${process.arch}`;
    const SCRIPT = '#!/bin/sh\n[ "$1" = fail ] && exit 7\n[ "$1" = die ] && kill -TERM $$\nprintf "%s|" "$@"\n';

    before(function () {
      if (process.platform === 'win32') this.skip();
    });

    /** As npm lays packages out. */
    async function installed(): Promise<string> {
      const own = { ...LINUX, npm: target.replace('-', '/') };
      for (const platform of [own, { ...MACOS, npm: 'aix/ppc64' }]) await bench.pack(platform, [program('bin/acme', SCRIPT)], SCOPE);
      const { files } = await bench.packMain([program('bin/acme')], SCOPE);
      const root = join(bench.folder, 'node_modules/@acme');
      for (const [path, [mode, content]] of Object.entries(files)) write(join(root, 'cli', path.replace('package/', '')), content, mode);
      write(join(root, `cli-${target}`, 'bin/acme'), SCRIPT, 0o755);
      write(join(root, `cli-${target}`, 'package.json'), '{}', 0o644);
      return join(root, 'cli/bin/acme.js');
    }

    function write(path: string, content: string, mode: number): void {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      chmodSync(path, mode);
    }

    it('runs the program with its arguments', async () => {
      const path = await installed();
      assert.equal(execFileSync(process.execPath, [path, 'one', 'two three', '*'], { encoding: 'utf8' }), 'one|two three|*|');
    });

    it('ends as the program does', async () => {
      const path = await installed();
      assert.equal(spawnSync(process.execPath, [path, 'fail']).status, 7);
      assert.equal(spawnSync(process.execPath, [path, 'die']).signal, 'SIGTERM');
    });

    it('says what is missing', async () => {
      const path = await installed();
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`cli-${target}"`, 'cli-gone"'));
      const { status, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [1, 'acme: @acme/cli-gone is not installed; was it left out by --omit=optional or --no-optional?\n']);
    });

    it('says which platforms there are', async () => {
      const path = await installed();
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${target}":`, '"other-cpu":'));
      const { status, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`^acme: there is no package for ${target} \\(but for `));
    });
  });
});

describe('names of npm packages', () => {
  for (const [name, version, fileName] of [
    ['@acme/cli', '1.2.0', 'acme-cli-1.2.0.tgz'],
    ['cli', '1.2.0-rc.1+b', 'cli-1.2.0-rc.1.tgz'],
  ] as const) {
    it(`pack ${name} as ${fileName}, and back`, () => {
      assert.equal(packedName(name, version), fileName);
      assert.equal(packageIn(fileName, { scope: name.includes('/') ? '@acme' : undefined, version }), name);
    });
  }

  it('are not found under another scope or version', () => {
    assert.equal(packageIn('acme-cli-1.2.0.tgz', { scope: '@other', version: '1.2.0' }), undefined);
    assert.equal(packageIn('acme-cli-1.2.0.tgz', { scope: '@acme', version: '1.2.1' }), undefined);
    assert.equal(packageIn('acme-1.2.0.tgz', { scope: '@acme', version: '1.2.0' }), undefined);
  });
});
