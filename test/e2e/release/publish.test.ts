import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { result, run, succeed } from '../cli.ts';
import { commitAll, type Project, sandbox, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

interface Summary {
  readonly version: string;
  readonly artifacts: readonly { readonly name: string }[];
  readonly registries: readonly { readonly id: string; readonly state: string }[];
  readonly effects: readonly { readonly description: string; readonly state: string }[];
}

const ARTIFACTS = [
  'acme-1.2.3-linux-amd64-complete.tar.gz',
  'acme-1.2.3-linux-amd64-minimal.tar.gz',
  'acme-1.2.3-windows-amd64-complete.zip',
  'acme-1.2.3-windows-amd64-minimal.zip',
  'checksums.sha256',
  'release.json',
];

describe('release', () => {
  const box = sandbox();
  let project: Project;
  let summary: Summary;
  before('releases', async () => {
    project = box.project(smallProject());
    summary = result<Summary>(await succeed(project, ['release', '--json']));
  });

  it('publishes every artifact under its version', () => {
    assert.deepEqual(readdirSync(project.path('published/acme/1.2.3')).sort(), ['.journal.ndjson', ...ARTIFACTS]);
    assert.deepEqual(summary.registries, [{ id: 'local', required: true, state: 'done' }]);
  });

  it('publishes what it packaged, byte for byte', () => {
    const packaged = snapshot(project.path('packages')).filter((line) => !line.startsWith('.'));
    assert.deepEqual(published(project, 'acme/1.2.3'), packaged);
  });

  it('points to the newest version last', () => {
    assert.equal((JSON.parse(project.read('published/acme/latest.json')) as Summary).version, '1.2.3');
    assert.match(summary.effects.at(-1)?.description ?? '', /^point acme\/latest\.json to 1\.2\.3/);
  });

  it('writes checksums sha256sum reads', () => {
    const said = execFileSync('sha256sum', ['-c', 'checksums.sha256'], { cwd: project.path('published/acme/1.2.3'), encoding: 'utf8' });
    assert.deepEqual(
      said.trimEnd().split('\n'),
      ARTIFACTS.slice(0, 4).map((name) => `${name}: OK`),
    );
  });

  it('publishes again without a change', async () => {
    const before = stamps(project.path('published'));
    const again = result<Summary>(await succeed(project, ['publish', '--json']));
    assert.deepEqual(new Set(again.effects.map(({ state }) => state)), new Set(['known']));
    assert.deepEqual(stamps(project.path('published')), before);
  });

  it('tells its status', async () => {
    const { artifacts, effects, lastRun } = result<Status>(await succeed(project, ['status', '--json']));
    assert.deepEqual(
      artifacts.map(({ state }) => state),
      ['made', 'made', 'made', 'made'],
    );
    assert.deepEqual(new Set(effects.map(({ state }) => state)), new Set(['done']));
    assert.deepEqual({ outcome: lastRun.outcome, exit: lastRun.exit }, { outcome: 'ok', exit: 0 });
  });

  it('publishes a folder from elsewhere', async () => {
    const other = box.project({ ...smallProject(), ...folderOf(project, 'packages', 'artifacts') });
    await succeed(other, ['publish', '--from', 'artifacts']);
    assert.deepEqual(published(other), published(project));
  });

  it('refuses an artifact that was changed', async () => {
    const other = box.project({
      ...smallProject(),
      ...folderOf(project, 'packages', 'artifacts'),
      'artifacts/acme-1.2.3-windows-amd64-minimal.zip': 'PK',
    });
    const { exit, stderr } = await run(other, ['publish', '--from', 'artifacts']);
    assert.equal(exit, 3);
    assert.match(stderr, /^error\[artifact-changed\]: .*acme-1\.2\.3-windows-amd64-minimal\.zip/m);
    assert.equal(existsSync(other.path('published')), false);
  });

  it('cleans only what it made', async () => {
    project.write({ 'packages/notes.txt': 'mine', 'dist/mine/file': 'mine' });
    const dry = await succeed(project, ['clean', '--dry-run']);
    assert.match(dry.stdout, /^would remove .*packages\/checksums\.sha256$/m);
    await succeed(project, ['clean']);
    assert.deepEqual(readdirSync(project.path('packages')), ['.provisioning-dist', 'notes.txt']);
    assert.equal(project.read('dist/mine/file'), 'mine');
    assert.equal(existsSync(project.path('published/acme/1.2.3/release.json')), true);
  });
});

interface Status {
  readonly artifacts: readonly { readonly state: string }[];
  readonly effects: readonly { readonly state: string }[];
  readonly lastRun: { readonly outcome: string; readonly exit: number };
}

describe('a dry run', () => {
  const box = sandbox();

  it('of release changes nothing and lists it all', async () => {
    const project = box.project(smallProject());
    const before = snapshot(project.root);
    const { artifacts, effects } = result<Summary>(await succeed(project, ['release', '--dry-run', '--json']));
    assert.deepEqual(snapshot(project.root), before);
    assert.deepEqual(artifacts.map(({ name }) => name).sort(), ARTIFACTS);
    assert.equal(effects.length, ARTIFACTS.length + 1);
  });

  it('of publish changes nothing', async () => {
    const project = box.project(smallProject());
    await succeed(project, ['package']);
    const before = snapshot(project.root);
    const { stdout } = await succeed(project, ['publish', '-n']);
    assert.match(stdout, /^ {2}local: upload acme\/1\.2\.3\/checksums\.sha256$/m);
    assert.deepEqual(snapshot(project.root), before);
  });
});

describe('a release from git', () => {
  const box = sandbox();
  const files = { ...smallProject({ version: 'version: git' }), '.gitignore': 'packages/\npublished/\n.provisioning-dist/\n' };

  it('takes version and date from the tag at HEAD', async () => {
    const project = box.project(files);
    commitAll(project, 'v2.5.0', 'other');
    await succeed(project, ['release']);
    const { version, date, commit } = JSON.parse(project.read('packages/release.json')) as Record<string, unknown>;
    assert.deepEqual({ version, date, commit: String(commit).length }, { version: '2.5.0', date: 1_700_000_000, commit: 40 });
  });

  it('makes a snapshot between tags', async () => {
    const project = box.project(files);
    commitAll(project);
    const { version } = result<Summary>(await succeed(project, ['release', '--snapshot', '--json']));
    assert.match(version, /^0\.0\.1-snapshot\.1\.g[0-9a-f]{7}$/);
    assert.deepEqual(readdirSync(project.path('published/acme')).sort(), [version, 'snapshot.json'].sort());
  });

  it('marks a snapshot of changed files', async () => {
    const project = box.project(files);
    commitAll(project, 'v1.0.0');
    project.write({ 'docs/new.md': 'new\n' });
    const { version } = result<Summary>(await succeed(project, ['release', '--snapshot', '--json']));
    assert.match(version, /^1\.0\.1-snapshot\.0\.g[0-9a-f]{7}\.dirty$/);
  });
});

/** What is published; the stored journal holds times. */
function published(project: Project, below = ''): readonly string[] {
  return snapshot(project.path('published', below)).filter((line) => !line.includes('.journal.ndjson'));
}

/** Inode and time of every path. */
function stamps(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => {
    const { ino, mtimeMs } = lstatSync(`${folder}/${path}`);
    return `${path} ${ino} ${mtimeMs}`;
  });
}

/** The files of a folder of one project under another name. */
function folderOf(project: Project, folder: string, name: string): Record<string, Uint8Array> {
  return Object.fromEntries(readdirSync(project.path(folder)).map((file) => [`${name}/${file}`, readFileSync(project.path(folder, file))]));
}
