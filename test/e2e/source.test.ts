import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { needs, run as tool } from '../consumers/tools.ts';
import { type Ran, result, run, succeed } from './cli.ts';
import { commitAll, type Files, git, type Project, sandbox, sha256, snapshot } from './project.ts';
import { smallProject } from './small-project.ts';

const ARCHIVE = 'packages/acme-1.2.3.source.tar.gz';
const DOCS = 'packages/acme-1.2.3.docs.tar.gz';
const TAGGED = { version: 'version: git', packages: 'packages: { source: {}, docs: {} }' };

/** What git archives in another way than it is checked out, and names that need care. */
const SOURCES: Files = {
  ...smallProject(TAGGED),
  '.gitattributes': 'secret/** export-ignore\nversion.txt export-subst\n*.bat eol=crlf\n',
  'secret/key': 'x',
  'version.txt': '$Format:%H %cI$\n',
  'tool.bat': 'echo\n',
  'README.md': '# acme\n',
  'src/empty': '',
  'src/a name with spaces/ünï.c': 'int main;\n',
  [`src/${'long-'.repeat(30)}name`]: 'x'.repeat(200_000),
  'src/run.sh': { text: '#!/bin/sh\n', mode: 0o755 },
  'src/latest': { link: '../README.md' },
};

describe('the source archive', () => {
  needs('git', 'tar');
  const { project, folder } = sandbox();

  function repository(files: Files = SOURCES): Project {
    const made = project(files);
    commitAll(made, 'v1.2.3');
    return made;
  }

  function unpacked(archive: string, name: string): readonly string[] {
    const into = folder(name);
    tool('tar', ['--no-same-permissions', '-xf', archive], into);
    return snapshot(into);
  }

  /** What git itself archives of the tag. */
  function archivedByGit(made: Project, name: string): readonly string[] {
    mkdirSync(folder(name), { recursive: true });
    const tar = join(folder(name), '../by-git.tar');
    git(made, '-c', 'tar.umask=0022', 'archive', '--format=tar', '--prefix=acme-1.2.3/', `--output=${tar}`, 'v1.2.3');
    return unpacked(tar, name);
  }

  it('holds what git archives of the tag', async () => {
    const made = repository();
    await succeed(made, ['package', '--format', 'source']);
    assert.deepEqual(unpacked(made.path(ARCHIVE), 'ours'), archivedByGit(made, 'theirs'));
  });

  it('is the same from a fresh clone', async () => {
    const made = repository();
    await succeed(made, ['package', '--format', 'source']);
    const clone = project({});
    git(made, 'clone', '--quiet', '--config', 'core.autocrlf=true', '--branch', 'v1.2.3', made.root, clone.root);
    await succeed(clone, ['package', '--format', 'source'], { umask: '077' });
    assert.equal(sha256(clone.path(ARCHIVE)), sha256(made.path(ARCHIVE)));
  });

  it('is kept while the commit is the same', async () => {
    const made = repository();
    await succeed(made, ['package', '--format', 'source']);
    const again = await succeed(made, ['package', '--format', 'source']);
    assert.match(again.stderr, /acme-1\.2\.3\.source\.tar\.gz +unchanged/);
  });

  it('is made without building anything', async () => {
    const { 'vendor/linux-amd64/app': _, ...files } = SOURCES as Files & Record<'vendor/linux-amd64/app', unknown>;
    const made = repository(files);
    await succeed(made, ['package', '--format', 'source']);
    assert.equal((await run(made, ['package'])).exit === 0, false);
  });

  it('says how to build where the sources do not', async () => {
    const { 'README.md': _, 'src/latest': __, ...files } = SOURCES as Files & Record<'README.md' | 'src/latest', unknown>;
    const made = repository(files);
    await succeed(made, ['package', '--format', 'source']);
    assert.match(
      tool('tar', ['-xOf', made.path(ARCHIVE), 'acme-1.2.3/BUILDING.md'], made.root),
      /^# Building acme 1\.2\.3\n.*provisioning-dist package/s,
    );
  });

  it('tells of submodules it cannot hold', async () => {
    const made = repository();
    git(made, 'update-index', '--add', '--cacheinfo', `160000,${git(made, 'rev-parse', 'HEAD')},vendor/lib`);
    git(made, 'commit', '--quiet', '--message', 'Submodule');
    mkdirSync(made.path('vendor/lib'), { recursive: true });
    git(made, 'tag', '--force', 'v1.2.3');
    const { stderr } = await succeed(made, ['package', '--format', 'source']);
    assert.match(stderr, /submodules are empty folders in the source archive: vendor\/lib/);
  });

  function refused({ exit, stderr }: Ran, code: string): void {
    assert.match(stderr, new RegExp(`^error\\[${code}\\]`, 'm'));
    assert.equal(exit, 2);
  }

  it('is refused outside git', async () => {
    refused(await run(project(smallProject({ packages: TAGGED.packages })), ['plan']), 'source-outside-git');
  });

  it('is refused while files are changed', async () => {
    const made = repository({ ...SOURCES, ...smallProject({ packages: TAGGED.packages }) });
    made.write({ 'README.md': 'changed' });
    refused(await run(made, ['package', '--format', 'source']), 'source-dirty');
    const { stderr } = await succeed(made, ['package', '--format', 'source', '--snapshot']);
    assert.match(stderr, /the work tree has changes that the commit, and with it the source archive, does not hold/);
  });

  it('is refused with a link that leaves it', async () => {
    const made = repository({ ...SOURCES, 'src/passwd': { link: '../../../etc/passwd' } });
    const { exit, stderr } = await run(made, ['package', '--format', 'source']);
    assert.match(stderr, /^error\[source-link\]: Cannot collect the source link "src\/passwd": its target/m);
    assert.equal(exit, 1);
  });

  it('is refused in parts, with the reason', async () => {
    const made = repository(smallProject({ ...TAGGED, packages: 'packages:\n  source: { split: 2GiB }' }));
    const ran = await run(made, ['plan']);
    refused(ran, 'config-value');
    assert.match(ran.stderr, /archives are not split.*hint: every part needs a checksum/s);
  });
});

describe('the documentation archive', () => {
  needs('git', 'tar');
  const { project } = sandbox();

  it('is planned beside the source', async () => {
    const made = project(smallProject(TAGGED));
    commitAll(made, 'v1.2.3');
    const plan = result<{ artifacts: readonly { name: string }[] }>(await succeed(made, ['plan', '--json']));
    assert.deepEqual(
      plan.artifacts.map(({ name }) => name),
      ['acme-1.2.3.docs.tar.gz', 'acme-1.2.3.source.tar.gz'],
    );
  });

  it('holds what people read of the first Unix platform', async () => {
    const made = project(smallProject({ packages: 'packages: { docs: {} }', platforms: 'platforms: [windows-amd64, linux-amd64]' }));
    await succeed(made, ['package']);
    const listing = tool('tar', ['-tf', made.path(DOCS)], made.root);
    assert.deepEqual(listing.trim().split('\n'), [
      'acme-1.2.3-docs/',
      'acme-1.2.3-docs/share/',
      'acme-1.2.3-docs/share/doc/',
      'acme-1.2.3-docs/share/doc/readme.md',
    ]);
    assert.equal(tool('tar', ['-xOf', made.path(DOCS), 'acme-1.2.3-docs/share/doc/readme.md'], made.root), '# acme\n');
  });

  it('is taken from a staged tree', async () => {
    const made = project(smallProject({ packages: 'packages: { docs: {} }' }));
    await succeed(made, ['stage']);
    made.write({ 'docs/readme.md': 'changed' });
    await succeed(made, ['package', '--from', 'dist/acme-1.2.3-linux-amd64-complete']);
    assert.equal(tool('tar', ['-xOf', made.path(DOCS), 'acme-1.2.3-docs/share/doc/readme.md'], made.root), '# acme\n');
  });

  it('is refused when there is nothing to read', async () => {
    const made = project(smallProject({ packages: 'packages: { docs: { exclude: ["share/**"] } }' }));
    const { exit, stderr } = await run(made, ['package']);
    assert.match(stderr, /^error\[no-documentation\]: .*no entry has role doc, man, license and passes exclude share\/\*\*$/m);
    assert.equal(exit, 2);
  });

  it('is checked by GNU tools against its sums', async () => {
    const made = project(smallProject({ packages: 'packages: { docs: {} }' }));
    await succeed(made, ['package']);
    assert.match(execFileSync('sha256sum', ['--check', 'checksums.sha256'], { cwd: made.path('packages'), encoding: 'utf8' }), /docs\.tar\.gz: OK/);
  });
});
