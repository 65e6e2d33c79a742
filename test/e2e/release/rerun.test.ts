import assert from 'node:assert/strict';
import { appendFileSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { run, succeed } from '../cli.ts';
import { type Project, sandbox, snapshot } from '../project.ts';
import { CONFIG, configText, smallProject } from '../small-project.ts';

describe('packaging again', () => {
  const box = sandbox();
  let project: Project;
  before('packages', async () => {
    project = box.project(smallProject());
    await succeed(project, ['package']);
  });

  /** Names of the artifacts that were written anew since `stamps`. */
  function rewritten(stamps: ReadonlyMap<string, string>): readonly string[] {
    return [...artifactStamps(project)].filter(([name, stamp]) => stamps.get(name) !== stamp).map(([name]) => name);
  }

  it('keeps what is up to date', async () => {
    const stamps = artifactStamps(project);
    await succeed(project, ['package']);
    assert.deepEqual(rewritten(stamps), []);
  });

  it('keeps it without the cache', async () => {
    const stamps = artifactStamps(project);
    rmSync(project.home, { recursive: true });
    await succeed(project, ['package']);
    assert.deepEqual(rewritten(stamps), []);
  });

  it('makes what an input changed', async () => {
    const stamps = artifactStamps(project);
    appendFileSync(project.path('docs/readme.md'), 'more\n');
    await succeed(project, ['package']);
    assert.deepEqual(rewritten(stamps), ['acme-1.2.3-linux-amd64-complete.tar.gz', 'acme-1.2.3-windows-amd64-complete.zip']);
  });

  it('makes what an option changed', async () => {
    const stamps = artifactStamps(project);
    project.write({
      [CONFIG]: configText({ packages: 'packages:\n  tar.gz: { platforms: [linux], wrap: false }\n  zip: { platforms: [windows] }' }),
    });
    const { exit, stderr } = await run(project, ['package']);
    assert.equal(exit, 0, stderr);
    assert.deepEqual(rewritten(stamps), ['acme-1.2.3-linux-amd64-complete.tar.gz', 'acme-1.2.3-linux-amd64-minimal.tar.gz']);
    project.write({ [CONFIG]: configText() });
    await succeed(project, ['package']);
  });

  it('makes what was damaged', async () => {
    const stamps = artifactStamps(project);
    appendFileSync(project.path('packages/acme-1.2.3-windows-amd64-minimal.zip'), 'x');
    rmSync(project.path('packages/acme-1.2.3-linux-amd64-minimal.tar.gz'));
    const before = checksums(project);
    await succeed(project, ['package']);
    assert.deepEqual(rewritten(stamps), ['acme-1.2.3-linux-amd64-minimal.tar.gz', 'acme-1.2.3-windows-amd64-minimal.zip']);
    assert.equal(checksums(project), before);
  });

  it('adds a format to what is there', async () => {
    const stamps = artifactStamps(project);
    await succeed(project, ['package', '--format', 'zip', '--platform', 'windows']);
    assert.deepEqual(rewritten(stamps), []);
    assert.equal(checksums(project).split('\n').length, 5);
  });

  it('gives way to another version only with --clean', async () => {
    assert.equal((await run(project, ['package', '--version', '1.3.0'])).exit, 3);
    await succeed(project, ['package', '--version', '1.3.0', '--clean']);
    assert.deepEqual(
      readdirSync(project.path('packages')).filter((name) => name.includes('1.2.3')),
      [],
    );
  });
});

describe('releasing again', () => {
  const box = sandbox();

  it('publishes a second version beside the first', async () => {
    const project = box.project(smallProject());
    await succeed(project, ['release']);
    const first = snapshot(project.path('published/acme/1.2.3'));
    await succeed(project, ['release', '--version', '1.3.0', '--clean']);
    assert.deepEqual(readdirSync(project.path('published/acme')).sort(), ['1.2.3', '1.3.0', 'latest.json']);
    assert.deepEqual(snapshot(project.path('published/acme/1.2.3')), first);
    assert.match(project.read('published/acme/latest.json'), /"1\.3\.0"/);
  });
});

function checksums(project: Project): string {
  return project.read('packages/checksums.sha256');
}

/** Inode and time of every artifact. */
function artifactStamps(project: Project): ReadonlyMap<string, string> {
  const names = readdirSync(project.path('packages')).filter((name) => /\.(gz|zip)$/.test(name));
  return new Map(
    names.toSorted().map((name) => {
      const { ino, mtimeMs } = lstatSync(project.path('packages', name));
      return [name, `${ino} ${mtimeMs}`];
    }),
  );
}
