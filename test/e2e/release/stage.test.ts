import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { type Ran, result, run, succeed } from '../cli.ts';
import { type Project, sandbox, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

interface Staged {
  readonly trees: readonly { readonly path: string; readonly platform: string; readonly variant: string }[];
}

describe('stage', () => {
  const box = sandbox();
  let project: Project;
  let trees: Staged['trees'];
  before('stages and packages', async () => {
    project = box.project({ ...smallProject(), 'docs/run.sh': { text: '#!/bin/sh\n', mode: 0o755 }, 'docs/latest': { link: 'readme.md' } });
    await succeed(project, ['package', '--output-dir', 'direct']);
    trees = result<Staged>(await succeed(project, ['stage', '--json'])).trees;
  });

  it('writes a tree per platform and variant', () => {
    assert.deepEqual(
      trees.map(({ path }) => path.slice(project.root.length)),
      [
        '/dist/acme-1.2.3-linux-amd64-complete',
        '/dist/acme-1.2.3-linux-amd64-minimal',
        '/dist/acme-1.2.3-windows-amd64-complete',
        '/dist/acme-1.2.3-windows-amd64-minimal',
      ],
    );
  });

  it('writes modes, links and line ends', () => {
    const paths = snapshot(project.path('dist/acme-1.2.3-linux-amd64-complete')).map((line) => line.replace(/ [0-9a-f]{64}$/, ''));
    assert.deepEqual(paths, [
      'bin/ 0755',
      'bin/app 0755',
      'share/ 0755',
      'share/doc/ 0755',
      'share/doc/latest -> readme.md',
      'share/doc/readme.md 0644',
      'share/doc/run.sh 0755',
    ]);
    assert.equal(project.read('dist/acme-1.2.3-windows-amd64-complete/share/doc/readme.md'), '# acme\r\n');
  });

  it('gives package --from what package makes, byte for byte', async () => {
    await succeed(project, ['package', '--output-dir', 'staged', ...trees.flatMap(({ path }) => ['--from', path])]);
    assert.deepEqual(snapshot(project.path('staged')), snapshot(project.path('direct')));
  });

  it('packages a tree without a manifest when told its platform', async () => {
    const tree = project.path('dist/acme-1.2.3-linux-amd64-complete');
    rmSync(`${tree}.manifest.json`);
    assert.equal((await run(project, ['package', '-o', 'bare', '--from', tree])).exit, 2);
    const ran = await succeed(project, ['package', '-o', 'bare', '--from', tree, '--platform', 'linux-amd64', '--variant', 'complete', '--json']);
    assert.deepEqual(namesIn(ran), ['acme-1.2.3-linux-amd64-complete.tar.gz', 'checksums.sha256']);
  });

  it('packages only the trees it is given', async () => {
    const pair = ['dist/acme-1.2.3-linux-amd64-minimal', 'dist/acme-1.2.3-windows-amd64-complete'];
    const ran = await succeed(project, ['package', '-o', 'pair', ...pair.flatMap((tree) => ['--from', tree]), '--json']);
    assert.deepEqual(namesIn(ran), ['acme-1.2.3-linux-amd64-minimal.tar.gz', 'acme-1.2.3-windows-amd64-complete.zip', 'checksums.sha256']);
  });

  it('refuses a tree that was changed by hand', async () => {
    const tree = project.path('dist/acme-1.2.3-linux-amd64-minimal');
    project.write({ 'dist/acme-1.2.3-linux-amd64-minimal/bin/app': 'tampered' });
    const { exit, stderr } = await run(project, ['package', '-o', 'tampered', '--from', tree]);
    assert.equal(exit, 2);
    assert.match(stderr, /^error\[staged-differs\]: .*bin\/app/m);
  });
});

function namesIn(ran: Ran): readonly string[] {
  return result<{ readonly artifacts: readonly { readonly name: string }[] }>(ran).artifacts.map(({ name }) => name);
}
