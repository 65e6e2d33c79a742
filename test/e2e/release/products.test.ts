import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { records, run, succeed } from '../cli.ts';
import { commitAll, type Project, sandbox } from '../project.ts';
import { CONFIG, smallProject } from '../small-project.ts';

const PRODUCTS = `version: git
platforms: [linux-amd64]
packages: { tar.gz: {} }
publish: { local: {} }
products:
  cli:
    path: cli
    tagPrefix: cli/
    contents: [{ from: "*.md", to: share/ }]
  server:
    name: acme-server
    path: server
    tagPrefix: server/
    version: 3.0.0
    contents: [{ from: "*.md", to: share/ }]
`;

describe('several products', () => {
  const box = sandbox();
  let project: Project;
  before('releases', async () => {
    project = box.project({ [CONFIG]: PRODUCTS, 'cli/a.md': 'cli\n', 'server/a.md': 'server\n' });
    commitAll(project, 'cli/v1.1.0', 'server/v2.0.0', 'v9.0.0');
    await succeed(project, ['release']);
  });

  it('have versions of their own', () => {
    assert.deepEqual(readdirSync(project.path('published')).sort(), ['acme-server', 'cli']);
    assert.deepEqual(readdirSync(project.path('published/cli')).sort(), ['1.1.0', 'latest.json']);
    assert.deepEqual(readdirSync(project.path('published/acme-server')).sort(), ['3.0.0', 'latest.json']);
  });

  it('have output folders of their own', () => {
    assert.deepEqual(readdirSync(project.path('packages')).sort(), ['cli', 'server']);
  });

  it('have contents of their own', () => {
    const archive = project.path('packages/server/acme-server-3.0.0-linux-amd64.tar.gz');
    assert.equal(execFileSync('tar', ['-xOzf', archive, 'acme-server-3.0.0-linux-amd64/share/a.md'], { encoding: 'utf8' }), 'server\n');
  });

  it('can be chosen', async () => {
    const ran = await succeed(project, ['plan', '--product', 'cli', '--json']);
    assert.equal(records(ran).filter(({ type }) => type === 'result').length, 1);
  });

  it('are refused when they write the same', async () => {
    const other = box.project({ [CONFIG]: PRODUCTS.replace('acme-server', 'CLI') });
    const { exit, stderr } = await run(other, ['check']);
    assert.equal(exit, 2);
    assert.match(stderr, /^error\[config-products\]: .*"cli" and "server"/m);
  });
});

describe('several packages', () => {
  const box = sandbox();
  let project: Project;
  before('packages', async () => {
    project = box.project({
      ...smallProject({
        platforms: 'platforms: [linux-amd64, { name: linux-loong64, os: linux, cpu: loong64, deb: loong64 }]',
        variants: 'variants: {}',
        build: 'build: []',
        contents: `contents:
  - { from: docs/readme.md, to: share/ }
  - { from: "man/{arch}.1", to: share/man/acme.1, component: man }
  - { from: lib/*, to: lib/, component: lib }`,
        packages: `packages:
  tar.gz: { components: [main, man] }
  lib: { use: tar.gz, package: acme-lib, components: [lib], platforms: [linux-loong64] }
  data: { use: zip, package: acme-data, components: [main], arch: all }`,
      }),
      'man/amd64.1': 'amd64\n',
      'man/loong64.1': 'loong64\n',
      'lib/liba.so': 'lib\n',
    });
    await succeed(project, ['package']);
  });

  function listed(archive: string): readonly string[] {
    return execFileSync('tar', ['-tzf', project.path('packages', archive)], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .map((path) => path.replace(/^[^/]*\//, ''))
      .filter((path) => path !== '' && !path.endsWith('/'));
  }

  it('are named by package, platform or any', () => {
    assert.deepEqual(
      readdirSync(project.path('packages'))
        .filter((name) => /\.(gz|zip)$/.test(name))
        .sort(),
      ['acme-1.2.3-linux-amd64.tar.gz', 'acme-1.2.3-linux-loong64.tar.gz', 'acme-data-1.2.3-any.zip', 'acme-lib-1.2.3-linux-loong64.tar.gz'],
    );
  });

  it('hold their components', () => {
    assert.deepEqual(listed('acme-1.2.3-linux-loong64.tar.gz'), ['share/man/acme.1', 'share/readme.md']);
    assert.deepEqual(listed('acme-lib-1.2.3-linux-loong64.tar.gz'), ['lib/liba.so']);
  });

  it('fill in the words of a platform nobody knew', () => {
    const archive = project.path('packages/acme-1.2.3-linux-loong64.tar.gz');
    assert.equal(execFileSync('tar', ['-xOzf', archive, 'acme-1.2.3-linux-loong64/share/man/acme.1'], { encoding: 'utf8' }), 'loong64\n');
  });
});
