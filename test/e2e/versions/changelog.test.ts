import assert from 'node:assert/strict';
import { result, run, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';
import { type Made, makeHistory } from './history.ts';

const NODE_MODULES = new URL('../../../node_modules', import.meta.url).pathname;

const HISTORY: readonly Made[] = [
  { message: 'feat: first', tags: ['v1.0.0'] },
  { message: 'fix(cli): second (#4)\n\nWhy.' },
  { message: 'feat!: third', author: 'Zoë', tags: ['v2.0.0'] },
  { message: 'chore: fourth' },
  { message: 'fix: <script>\u001b[2J\u009b2J \u202Etxt `code` [x](http://evil.example)' },
];

describe('changelog', function () {
  this.timeout(60_000);
  const box = sandbox();

  function repository(changelog: string, commits: readonly Made[] = HISTORY): Project {
    const plugin = 'plugins: ["@provisioning-dist/plugin-changelog"]';
    const project = box.project({
      ...smallProject({ version: 'version: git', more: `${plugin}\nchangelog: ${changelog}` }),
      node_modules: { link: NODE_MODULES },
      '.gitignore': '/*\n!/history\n',
    });
    makeHistory(project, commits);
    return project;
  }

  it('shows what the next release would say', async () => {
    const { stdout } = await succeed(repository('{ links: false }'), ['changelog']);
    assert.match(stdout, /^### Bug fixes\n\n- \\<script>\\\[2J2J txt `code` \\\[x\\\]\(http\\:\/\/evil\.example\) \([0-9a-f]{7}\)\n$/);
  });

  it('shows nothing a terminal obeys in any format', async () => {
    const project = repository('{}');
    for (const format of ['markdown', 'json', 'text'])
      assert.doesNotMatch((await succeed(project, ['changelog', '--format', format])).stdout, /[^\P{C}\n]/u);
    assert.doesNotMatch((await succeed(project, ['changelog', '--json'])).stdout, /[^\P{Cc}\n]/u);
  });

  it('shows what is between two refs', async () => {
    const { stdout } = await succeed(repository('{ authors: true }'), ['changelog', '--from', 'v1.0.0', '--to', 'v2.0.0', '--format', 'json']);
    const { changes, version } = JSON.parse(stdout);
    assert.equal(version, '2.0.0');
    assert.deepEqual(
      changes.map(({ commit: _, ...change }: { commit: string }) => change),
      [
        { type: 'feat', subject: 'third', breaking: 'third', author: 'Zoë', references: [] },
        { type: 'fix', scope: 'cli', subject: 'second (#4)', author: 'Ann', references: ['#4'] },
      ],
    );
  });

  it('begins at the release before a tag', async () => {
    const { stdout } = await succeed(repository('{}'), ['changelog', '--to', 'v2.0.0', '--format', 'text']);
    assert.match(stdout, /^[0-9a-f]{7} feat!: third\n[0-9a-f]{7} fix\(cli\): second \(#4\)\n$/);
  });

  it('follows paths', async () => {
    const commits = [
      { message: 'feat: a', path: 'lib/a' },
      { message: 'feat: b', path: 'docs/b' },
    ];
    const { stdout } = await succeed(repository('{ paths: [history/lib] }', commits), ['changelog', '--format', 'text']);
    assert.match(stdout, /^[0-9a-f]{7} feat: a\n$/);
  });

  it('refuses refs that are none', async () => {
    const project = repository('{}');
    for (const ref of ['v9', '--output=/tmp/x', 'v1.0.0..v2.0.0', '', 'a\nb']) {
      const ran = await run(project, ['changelog', `--from=${ref}`]);
      assert.equal(ran.exit, 2, ref);
      assert.match(ran.stderr, /there is no such commit, tag or branch/);
    }
  });

  it('says which package tells changes', async () => {
    const project = box.project(smallProject({ version: 'version: git' }));
    makeHistory(project, HISTORY);
    const ran = await run(project, ['changelog']);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, /npm install @provisioning-dist\/plugin-changelog/);
  });

  it('goes into the release and its manifest', async () => {
    const project = repository('{ links: false }', HISTORY.slice(0, 3));
    await succeed(project, ['release']);
    const { notes, changes } = JSON.parse(project.read('packages/release.json'));
    assert.match(notes, /^### Breaking changes\n\n- third \([0-9a-f]{7}\)\n\n### Features/);
    assert.equal(changes.length, 2);
    assert.deepEqual(JSON.parse(project.read('published/acme/2.0.0/release.json')).changes, changes);
  });

  it('takes the section of a file', async () => {
    const project = repository('{ file: CHANGELOG.md }', HISTORY.slice(0, 3));
    const missing = await run(project, ['package']);
    assert.equal(missing.exit, 2);
    project.write({ 'CHANGELOG.md': '## [2.0.0]\n\n- by hand\n' });
    await succeed(project, ['package']);
    assert.equal(JSON.parse(project.read('packages/release.json')).notes, '- by hand');
  });

  it('makes the same artifacts twice', async () => {
    const project = repository('{}', HISTORY.slice(0, 3));
    const made = async () => result<{ readonly artifacts: unknown }>(await succeed(project, ['package', '--json'])).artifacts;
    assert.deepEqual(await made(), await made());
  });

  it('is what channels tell', async () => {
    const project = repository('{ links: false }', HISTORY.slice(0, 3));
    const channel = 'notify: { team: { use: webhook, url: "http://127.0.0.1:9/hook" } }\n';
    project.write({ 'provisioning-dist.yaml': `${project.read('provisioning-dist.yaml')}${channel}` });
    const { stdout } = await succeed(project, ['release', '--dry-run', '--json']);
    assert.match(stdout, /"inputs":.*### Breaking changes.*- third /);
    assert.match((await succeed(project, ['notify', '--preview'])).stdout, /### Breaking changes/);
  });

  it('is of each product what its folder and its tags say', async () => {
    const plugin = 'plugins: ["@provisioning-dist/plugin-changelog"]\nplatforms: [linux-amd64]\nchangelog: {}';
    const products = 'products:\n  cli: { path: history/cli, tagPrefix: cli/ }\n  web: { path: history/web, tagPrefix: web/ }';
    const project = box.project({
      'provisioning-dist.yaml': `${plugin}\n${products}\n`,
      node_modules: { link: NODE_MODULES },
      '.gitignore': '/*\n!/history\n',
    });
    const [a, b] = ['cli/x', 'web/x'];
    makeHistory(project, [
      { message: 'feat: both', path: a },
      { message: 'feat: web', path: b, tags: ['cli/v1.0.0', 'web/v2.0.0'] },
      { message: 'fix: cli', path: a },
      { message: 'feat!: web again', path: b },
    ]);
    const texts = await Promise.all(['cli', 'web'].map((name) => succeed(project, ['changelog', '--product', name, '--format', 'text'])));
    assert.deepEqual(
      texts.map(({ stdout }) => stdout.replace(/^[0-9a-f]{7} /gm, '')),
      ['fix: cli\n', 'feat!: web again\n'],
    );
    const { stdout } = await succeed(project, ['version']);
    assert.match(stdout, /cli 1\.0\.0 -> 1\.0\.1[\s\S]*web 2\.0\.0 -> 3\.0\.0/);
  });

  it('stands in the status with the versions', async () => {
    const project = repository('{}', HISTORY.slice(0, 3));
    const { current, next } = result<{ readonly current: string; readonly next?: string }>(await succeed(project, ['status', '--json']));
    assert.deepEqual([current, next], ['2.0.0', undefined]);
    assert.match(
      (await succeed(project, ['status'])).stdout,
      /current version: 2\.0\.0; next: Cannot give HEAD another version: it is tagged v2\.0\.0/,
    );
  });
});
