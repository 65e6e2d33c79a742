import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examineMachine, NODE_VERSIONS } from '../../src/lifecycle/doctor.ts';

describe('examineMachine', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function examine(
    options: { readonly node?: string; readonly path?: string; readonly folders?: readonly string[] } = {},
  ): ReturnType<typeof examineMachine> {
    const { node = '24.1.0', path = folder, folders = [] } = options;
    return examineMachine({ env: { PATH: path, PROVISIONING_DIST_CACHE: join(folder, 'cache') }, folders, node });
  }

  it('wants the Node versions of package.json', () => {
    const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { engines: { node: string } };
    assert.equal(NODE_VERSIONS, engines.node);
  });

  it('refuses an old Node', () => {
    const [error] = examine({ node: '20.19.0' }).errors;
    assert.deepEqual([error?.code, error?.exit, error?.hint], ['node-version', 3, 'install a current Node.js']);
    assert.deepEqual(examine({ node: '22.18.0' }).errors, []);
  });

  it('warns when git is missing', () => {
    assert.deepEqual(
      examine()
        .warnings.map(({ code, level }) => [code, level])
        .filter(([code]) => code !== 'disk-low'),
      [['git-missing', 'warning']],
    );
  });

  it('finds git on PATH', () => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/git'), '#!/bin/sh\n', { mode: 0o755 });
    assert.equal(examine({ path: join(folder, 'bin') }).git, join(folder, 'bin/git'));
  });

  it('measures folders that are not there yet', () => {
    const { folders } = examine({ folders: [join(folder, 'a/b/c')] });
    assert.deepEqual(
      folders.map(({ path }) => path),
      [join(folder, 'cache'), join(folder, 'a/b/c')],
    );
    assert.ok(folders.every(({ free }) => Number.isSafeInteger(free) && free > 0));
  });
});
