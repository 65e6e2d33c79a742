import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT, records, result, run, succeed } from './cli.ts';
import { commitAll, type Files, git, sandbox, snapshot } from './project.ts';

const CONFIG = 'provisioning-dist.yaml';

const CRATE = '[package]\nname = "orbit"\nversion = "1.2.0"\ndescription = "Keeps orbits tidy"\nlicense = "MIT"\n';

const GORELEASER = `project_name: orbitctl
builds:
  - main: ./cmd/orbit/main.go
    binary: orbitctl
    goos: [linux, darwin]
    goarch: [amd64, arm64, arm]
    goarm: [7]
    ignore: [{ goos: darwin, goarch: amd64 }]
    ldflags: [-s -w, "-X main.version={{.Version}}"]
archives: [{ formats: [tar.xz] }]
nfpms:
  - { formats: [deb, rpm, termux.deb], vendor: Acme, homepage: https://acme.example, maintainer: "A <a@acme.example>", license: MIT }
`;

const GO: Files = { 'go.mod': 'module github.com/acme/orbit/v2\n', 'cmd/orbit/main.go': '// Orbit\npackage main\n', 'lib/lib.go': 'package lib\n' };

const HOSTILE = '"]: {{ .X }} # - & *\n\tno: {name}\u0007';

describe('init', () => {
  const { project } = sandbox();

  /** What it writes, which `check` accepts in that project. */
  async function written(files: Files, prepare?: (made: ReturnType<typeof project>) => void): Promise<Record<string, unknown>> {
    const made = project(files);
    prepare?.(made);
    await succeed(made, ['init']);
    await succeed(made, ['check']);
    return parse(made.read(CONFIG)) as Record<string, unknown>;
  }

  it('writes for a Rust package', async () => {
    const files = {
      'Cargo.toml': `${CRATE}[[bin]]\nname = "extra"\nrequired-features = ["x"]\n`,
      'src/main.rs': '',
      'src/bin/ctl.rs': '',
      LICENSE: 'MIT\n',
    };
    const { build, contents, packages, ...rest } = await written(files);
    assert.deepEqual(build, [{ cargo: { bins: ['orbit', 'ctl'] } }]);
    assert.deepEqual(contents, [
      { from: '{build}/orbit{exe}', to: 'bin/', role: 'binary' },
      { from: '{build}/ctl{exe}', to: 'bin/', role: 'binary' },
      { from: 'LICENSE', to: 'share/doc/orbit/' },
    ]);
    assert.deepEqual(packages, { archive: {} });
    assert.deepEqual([rest.name, rest.version, rest.description, rest.license], ['orbit', '1.2.0', 'Keeps orbits tidy', 'MIT']);
  });

  it('writes for a Rust workspace with packages', async () => {
    const member = '[package]\nname = "NAME"\nversion.workspace = true\n';
    const config = await written({
      'Cargo.toml': '[workspace]\nmembers = ["packages/*", "../else"]\n[workspace.package]\nversion = "3.1.4"\n',
      'packages/server/Cargo.toml': member.replace('NAME', 'server'),
      'packages/server/src/main.rs': '',
      'packages/tool/Cargo.toml': member.replace('NAME', 'tool'),
      'packages/tool/src/main.rs': '',
      'packages/lib/Cargo.toml': member.replace('NAME', 'lib'),
    });
    assert.deepEqual(config.build, [{ cargo: { bins: ['server', 'tool'] } }]);
    assert.deepEqual([config.version, config.paths], ['3.1.4', { packages: 'artifacts' }]);
  });

  it('writes for a Go module', async () => {
    const config = await written(GO);
    assert.deepEqual([config.name, config.homepage], ['orbit', 'https://github.com/acme/orbit']);
    assert.deepEqual(config.build, [{ go: { main: ['./cmd/orbit'] } }]);
    assert.deepEqual(config.contents, [{ from: '{build}/orbit{exe}', to: 'bin/', role: 'binary' }]);
  });

  it('writes for an npm package', async () => {
    const manifest = {
      name: '@acme/orbit',
      version: '0.3.0',
      bin: './dist/cli.js',
      files: ['dist/', 'LICENSE'],
      author: { name: 'A', email: 'a@acme.example' },
    };
    const { contents, ...rest } = await written({
      'package.json': JSON.stringify(manifest),
      'dist/cli.js': '#!/usr/bin/env node\n',
      LICENSE: 'MIT\n',
    });
    assert.deepEqual(contents, [
      { from: 'dist/cli.js', to: 'lib/orbit/dist/cli.js', mode: '0755' },
      { from: 'package.json', to: 'lib/orbit/package.json' },
      { from: 'dist/**', to: 'lib/orbit/dist/', exclude: ['lib/orbit/dist/cli.js'] },
      { from: 'LICENSE', to: 'lib/orbit/LICENSE' },
      { type: 'symlink', from: '../lib/orbit/dist/cli.js', to: 'bin/orbit', platforms: ['linux', 'macos', 'freebsd'] },
    ]);
    assert.deepEqual([rest.name, rest.version, rest.maintainer, rest.paths], ['orbit', '0.3.0', 'A <a@acme.example>', { dist: 'staged' }]);
  });

  it('packages an npm package with what it wrote', async () => {
    const manifest = { name: 'orbit', version: '0.3.0', bin: { orbit: 'dist/cli.js' }, files: ['dist'] };
    const made = project({ 'package.json': JSON.stringify(manifest), 'dist/cli.js': '#!/usr/bin/env node\n', 'dist/more.js': '' });
    await succeed(made, ['init']);
    await succeed(made, ['package', '--platform', 'linux-amd64,windows-amd64']);
    const { artifacts } = JSON.parse(made.read('packages/release.json')) as { artifacts: { name: string }[] };
    assert.deepEqual(
      artifacts.map(({ name }) => name).filter((name) => name.startsWith('orbit')),
      ['orbit-0.3.0-linux-amd64.tar.gz', 'orbit-0.3.0-windows-amd64.zip'],
    );
  });

  it('takes over what GoReleaser was told', async () => {
    const config = await written({ ...GO, '.goreleaser.yaml': GORELEASER });
    assert.deepEqual(config, {
      name: 'orbitctl',
      version: '0.1.0',
      homepage: 'https://acme.example',
      license: 'MIT',
      maintainer: 'A <a@acme.example>',
      vendor: 'Acme',
      platforms: ['linux-amd64', 'linux-arm64', 'macos-arm64', 'linux-armv7'],
      build: [{ go: { main: ['./cmd/orbit'], ldflags: '-s -w -X main.version={version}' } }],
      contents: [{ from: '{build}/orbit{exe}', to: 'bin/orbitctl{exe}', role: 'binary' }],
      packages: { 'tar.xz': {} },
    });
  });

  it('takes over packages whose plugin is installed', async () => {
    const files = { ...GO, '.goreleaser.yaml': GORELEASER.replace('orbitctl', 'Orbit_Ctl'), '.gitignore': 'node_modules\n' };
    const config = await written(files, (made) => symlinkSync(join(ROOT, 'node_modules'), made.path('node_modules')));
    assert.deepEqual(config.plugins, ['@provisioning-dist/plugin-deb-rpm']);
    assert.deepEqual(config.packages, { 'tar.xz': {}, deb: { package: 'orbit-ctl' }, rpm: { package: 'orbit-ctl' } });
  });

  it('takes address and version from git', async () => {
    const config = await written({ 'hello.sh': '' }, (made) => {
      commitAll(made, 'v1.4.0');
      git(made, 'remote', 'add', 'origin', 'git@git.acme.example:team/orbit.git');
    });
    assert.deepEqual([config.homepage, config.version], ['https://git.acme.example/team/orbit', '1.4.0']);
  });

  it('leaves contents to fill in otherwise', async () => {
    const made = project({});
    await succeed(made, ['init']);
    await succeed(made, ['check']);
    assert.match(made.read(CONFIG), /^# contents:\n# {3}- \{ from: hello\.sh, to: bin\/hello \}$/m);
  });

  it('keeps hostile texts apart from keys', async () => {
    const manifest = {
      name: HOSTILE,
      version: '1.0.0\nx: y',
      description: HOSTILE,
      license: 'null',
      homepage: 'https://user:secret@acme.example/',
      author: `https://user:secret@acme.example ${HOSTILE}`,
      bin: { [HOSTILE]: 'a.js', ok: '../../etc/passwd', fine: 'bin/{build}.js', good: './cli.js' },
      files: ['/etc/**', '../up', '{build}', '*'],
    };
    const config = await written({ 'package.json': JSON.stringify(manifest), 'cli.js': '' });
    assert.deepEqual(
      { ...config, platforms: undefined },
      {
        name: 'X---no-name',
        version: '0.1.0',
        description: '"]: {{ .X }} # - & * no: {name}',
        license: 'null',
        platforms: undefined,
        contents: [
          { from: 'cli.js', to: 'lib/X---no-name/cli.js', mode: '0755' },
          { from: 'package.json', to: 'lib/X---no-name/package.json' },
          { type: 'symlink', from: '../lib/X---no-name/cli.js', to: 'bin/good', platforms: ['linux', 'macos', 'freebsd'] },
        ],
        packages: { archive: {} },
      },
    );
  });

  it('drops hostile texts of GoReleaser and Cargo', async () => {
    const builds = [{ main: '-toolexec=x', binary: '../x', goos: ['../x'], ldflags: '{{ .Env.X }}' }];
    const goreleaser = JSON.stringify({ project_name: '{{ .Env.X }}', builds, archives: [{ format: '__proto__' }], nfpms: [{ formats: ['../x'] }] });
    const config = await written({ ...GO, '.goreleaser.yml': goreleaser, 'Cargo.toml': `${CRATE}[[bin]]\nname = "../{x}"\n` });
    assert.deepEqual([config.name, config.build, config.packages], ['orbit', [{ go: { main: ['./cmd/orbit'] } }], { archive: {} }]);
  });

  it('replaces a configuration only by force', async () => {
    const made = project({ 'Cargo.toml': CRATE, 'src/main.rs': '', [CONFIG]: 'name: mine\n' });
    const refused = await run(made, ['init']);
    assert.equal(refused.exit, 2);
    assert.match(refused.stderr, /"provisioning-dist\.yaml" is there already[\s\S]*--force/);
    assert.equal(made.read(CONFIG), 'name: mine\n');
    await succeed(made, ['init', '--force']);
    assert.match(made.read(CONFIG), /^name: orbit$/m);
  });

  it('refuses a second configuration beside another', async () => {
    const made = project({ 'provisioning-dist.config.ts': '' });
    const refused = await run(made, ['init', '--force']);
    assert.equal(refused.exit, 2);
    assert.match(refused.stderr, /"provisioning-dist\.config\.ts" is there already/);
  });

  it('writes nothing in a dry run', async () => {
    const made = project({ 'Cargo.toml': CRATE, 'src/main.rs': '' });
    const before = snapshot(made.root);
    const { stdout } = await succeed(made, ['init', '--dry-run']);
    assert.deepEqual([(parse(stdout) as { name: string }).name, snapshot(made.root)], ['orbit', before]);
  });

  it('answers as JSON', async () => {
    const made = project({ 'Cargo.toml': CRATE, 'src/main.rs': '' });
    const { text, ...answer } = result<{ text: string }>(await succeed(made, ['init', '--json']));
    assert.deepEqual(answer, { file: made.path(CONFIG), sources: ['Cargo.toml'], written: true });
    assert.equal(text, made.read(CONFIG));
  });

  for (const [name, text] of Object.entries({ 'Cargo.toml': '[package\n', 'package.json': '{', '.goreleaser.yaml': 'a: [' })) {
    it(`names a broken ${name}`, async () => {
      const ran = await run(project({ [name]: text }), ['init', '--json']);
      const [error] = records(ran).filter(({ type }) => type === 'error');
      assert.deepEqual([ran.exit, error?.code], [2, 'init-manifest']);
    });
  }
});
