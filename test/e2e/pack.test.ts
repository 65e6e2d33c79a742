import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { ROOT } from './cli.ts';

const CONFIG = `name: acme
version: 1.2.3
platforms: [linux-amd64]
build: [prebuilt: { from: vendor/ }]
contents: [{ from: "{build}/tool", to: bin/ }]
packages: { tar.gz: {} }
publish: { local: {} }
`;

/** What a user gets: the packages as npm packs them, installed where nothing of this repository can be found. */
describe('the packed packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  const environment = { ...process.env, NODE_OPTIONS: '', NODE_PATH: '', PROVISIONING_DIST_CACHE: join(folder, 'cache') };

  before('packs and installs them', function () {
    // third-party dependencies may come from the registry
    if (!process.env.CI) this.skip();
    this.timeout(180_000);
    const packages = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name));
    npm(folder, 'pack', '--ignore-scripts', '--pack-destination', folder, ...packages);
    const project = join(folder, 'project');
    mkdirSync(join(project, 'vendor'), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{"private":true}');
    writeFileSync(join(project, 'provisioning-dist.yaml'), CONFIG);
    writeFileSync(join(project, 'vendor/tool'), '#!/bin/sh\necho tool\n');
    const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    npm(project, 'install', '--prefer-offline', '--omit=dev', '--no-audit', '--no-fund', ...tarballs.map((name) => join(folder, name)));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function npm(cwd: string, ...args: readonly string[]): void {
    execFileSync('npm', args, { cwd, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  function cli(...args: readonly string[]): string {
    const bin = join(folder, 'project/node_modules/@provisioning-dist/core/bin/run.js');
    return execFileSync(process.execPath, [bin, ...args], {
      cwd: join(folder, 'project'),
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  it('check a configuration', () => {
    assert.match(cli('check'), /is valid/);
  });

  it('package and publish', () => {
    cli('release');
    assert.ok(existsSync(join(folder, 'project/published/acme/1.2.3/acme-1.2.3-linux-amd64.tar.gz')));
  });

  it('show help', () => {
    assert.match(cli('package', '--help'), /USAGE/);
  });

  it('list plugins, which oclif does', () => {
    assert.match(cli('plugins'), /no plugins installed/i);
  });

  it('hold no state of the compiler', () => {
    const scope = join(folder, 'project/node_modules/@provisioning-dist');
    assert.deepEqual(
      readdirSync(scope).filter((name) => existsSync(join(scope, name, 'dist/.tsbuildinfo'))),
      [],
    );
  });
});
