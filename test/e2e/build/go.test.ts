import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { needs } from '../../consumers/tools.ts';
import { run, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';
import { fileSays, toolchains } from './toolchains.ts';

/** println needs nothing of the standard library, of which Go compiles each platform's. */
const MODULE = {
  'go.mod': 'module example.org/acme\n\ngo 1.19\n',
  'main.go': 'package main\n\nvar version = "none"\n\nfunc main() { println("acme", version) }\n',
};

const SECTIONS = {
  platforms:
    'platforms: [linux-amd64, linux-arm64, macos-amd64, macos-arm64, windows-amd64, freebsd-amd64, { name: macos-universal, os: macos, cpu: universal }]',
  variants: 'variants: { complete: {} }',
  build: 'build:\n  - go: { ldflags: "-s -w -X main.version={version}" }',
  contents: 'contents:\n  - { from: "{build}/acme{exe}", to: bin/, role: binary }',
  packages: 'packages:\n  dir: {}',
};

const KINDS = {
  'linux-amd64': /^ELF 64-bit LSB executable, x86-64,.*statically linked/,
  'linux-arm64': /^ELF 64-bit LSB executable, ARM aarch64,.*statically linked/,
  'macos-amd64': /^Mach-O 64-bit.* x86_64/,
  'macos-arm64': /^Mach-O 64-bit.* arm64/,
  'macos-universal': /^Mach-O universal binary with 2 architectures/,
  'windows-amd64': /^PE32\+ executable.* x86-64/,
  'freebsd-amd64': /^ELF 64-bit LSB executable, x86-64,.*FreeBSD/,
} as const;

describe('builder go', () => {
  needs('go', 'file');
  const box = sandbox();
  let project: Project;
  before('builds for seven platforms', async function () {
    // the standard library of six platforms, from cold
    this.timeout(300_000);
    project = box.project({ ...smallProject(SECTIONS), ...MODULE });
    for (const platform of Object.keys(KINDS))
      await succeed(project, ['package', '--platform', platform], { env: { ...toolchains(), GOFLAGS: '-race', GOAMD64: 'v4' } });
  });

  for (const [platform, kind] of Object.entries(KINDS))
    it(`builds for ${platform}`, () => {
      const exe = platform.startsWith('windows') ? '.exe' : '';
      assert.match(fileSays(project.path(`packages/acme-1.2.3-${platform}-complete/bin/acme${exe}`)), kind);
    });

  it('joins what it builds for each CPU', () => {
    const [whole = Buffer.alloc(0), ...halves] = ['universal', 'amd64', 'arm64'].map((cpu) =>
      readFileSync(project.path(`packages/acme-1.2.3-macos-${cpu}-complete/bin/acme`)),
    );
    for (const half of halves) assert.ok(whole.includes(half));
  });

  it('runs with its version', () => {
    const { stderr, status } = spawnSync(project.path('packages/acme-1.2.3-linux-amd64-complete/bin/acme'), { encoding: 'utf8' });
    assert.deepEqual([stderr, status], ['acme 1.2.3\n', 0]);
  });

  it('refuses a platform Go has no name for', async () => {
    project.write(smallProject({ ...SECTIONS, platforms: 'platforms: [{ name: linux-vax, os: linux, cpu: vax }]' }));
    const { exit, stderr } = await run(project, ['package'], { env: toolchains() });
    assert.equal(exit, 2);
    assert.match(stderr, /Cannot build linux-vax: the platform has no "go" name/);
  });
});
