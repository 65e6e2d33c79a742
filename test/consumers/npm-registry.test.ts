import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type NpmServer, startNpmServer } from '../../packages/plugin-npm/test/npm-server.ts';
import { ROOT, run, succeed } from '../e2e/cli.ts';
import { type Project, sandbox } from '../e2e/project.ts';
import { needs } from './tools.ts';

/** A release published by the command line, and installed by npm itself. */

const TOKEN = 'npm-canary-token';
const SCRIPT = '#!/bin/sh\nprintf "acme VERSION %s\\n" "$*"\nexit 3\n';

const CONFIG = `
name: acme
version: VERSION
license: MIT
platforms: [linux-amd64, linux-arm64, macos-amd64, macos-arm64, windows-amd64]
plugins: [${JSON.stringify(join(ROOT, 'packages/plugin-npm/src/index.ts'))}]
build: [{ prebuilt: { from: "vendor" } }]
contents:
  - { from: "{build}/acme{exe}", to: bin/, role: binary }
  - { from: "README.md", to: share/doc/, role: doc }
packages:
  npm: { scope: "@acme", package: cli }
  npm-main: { scope: "@acme", package: cli }
publish:
  npm: { url: "URL", scope: "@acme", token: { env: NPM_TOKEN } }
`;

describe('npm', function () {
  this.timeout(120_000);
  needs('npm', 'node');
  const box = sandbox();
  let server: NpmServer;
  let project: Project;
  before(async () => {
    server = await startNpmServer(TOKEN);
    project = box.project({});
  });
  after(() => server.close());

  async function release(version: string): Promise<void> {
    project.write({
      'provisioning-dist.yaml': CONFIG.replace('VERSION', version).replace('URL', server.url),
      'vendor/acme': { text: SCRIPT.replace('VERSION', version), mode: 0o755 },
      'vendor/acme.exe': 'MZ',
      'README.md': '# acme\n',
    });
    await succeed(project, ['release', '--clean'], { env: { NPM_TOKEN: TOKEN } });
  }

  function folder(name: string): string {
    const path = box.folder(name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'package.json'), '{"name":"consumer","version":"1.0.0"}');
    return path;
  }

  /** With settings, cache and registry of its own. */
  async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
    const env = {
      PATH: process.env.PATH,
      HOME: cwd,
      npm_config_registry: server.url,
      npm_config_cache: join(cwd, '.cache'),
      npm_config_userconfig: join(cwd, '.npmrc'),
      npm_config_globalconfig: join(cwd, '.globalrc'),
      npm_config_fetch_retries: '0',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    };
    const { stdout } = await promisify(execFile)('npm', args, { cwd, env, encoding: 'utf8' });
    return stdout;
  }

  async function runs(cwd: string, ...args: readonly string[]): Promise<{ readonly code: unknown; readonly stdout: string }> {
    try {
      const { stdout } = await promisify(execFile)(join(cwd, 'node_modules/.bin/acme'), args, { cwd, encoding: 'utf8' });
      return { code: 0, stdout };
    } catch (error) {
      const { code, stdout } = error as { code: unknown; stdout: string };
      return { code, stdout };
    }
  }

  const own = `cli-${process.platform}-${process.arch}`;

  it('installs the main package and the platform that fits', async () => {
    await release('1.0.0');
    const cwd = folder('first');
    await npm(cwd, 'install', '@acme/cli');
    const installed = (name: string) => existsSync(join(cwd, 'node_modules/@acme', name));
    assert.deepEqual([installed('cli'), installed(own), installed('cli-win32-x64'), installed('cli-darwin-arm64')], [true, true, false, false]);
    assert.deepEqual(await runs(cwd, 'one', 'two three'), { code: 3, stdout: 'acme 1.0.0 one two three\n' });
  });

  it('checks what the lock file says of it', async () => {
    const cwd = folder('locked');
    await npm(cwd, 'install', '@acme/cli@1.0.0');
    const lock = JSON.parse(readFileSync(join(cwd, 'package-lock.json'), 'utf8'));
    assert.match(lock.packages['node_modules/@acme/cli'].integrity, /^sha512-/);
    await npm(cwd, 'ci');
    assert.equal((await runs(cwd)).code, 3);
  });

  it('says what is missing when optional packages are left out', async () => {
    const cwd = folder('omitted');
    await npm(cwd, 'install', '@acme/cli', '--omit=optional');
    assert.deepEqual(await runs(cwd), { code: 1, stdout: '' });
  });

  it('resolves what it did before after a rollback', async () => {
    await release('1.1.0');
    const view = async () => (await npm(folder('view'), 'view', '@acme/cli', 'version', '--prefer-online')).trim();
    assert.equal(await view(), '1.1.0');
    const { exit, stdout, stderr } = await run(project, ['rollback', '--version', '1.1.0'], { env: { NPM_TOKEN: TOKEN } });
    // What npm never forgets is told, and makes the rollback an incomplete one.
    assert.equal(exit, 6, stdout + stderr);
    assert.match(stdout + stderr, /npm deprecate/);
    assert.equal(await view(), '1.0.0');
  });

  it('sends clients back by the tag alone', async () => {
    await release('1.2.0');
    const args = ['rollback', '--version', '1.2.0', '--mode', 'retarget', '--to', '1.1.0'];
    await succeed(project, args, { env: { NPM_TOKEN: TOKEN } });
    const cwd = folder('retargeted');
    await npm(cwd, 'install', '@acme/cli');
    assert.match((await runs(cwd)).stdout, /^acme 1\.1\.0 /);
  });
});
