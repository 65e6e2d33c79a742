import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { Plan } from '../../../packages/core/src/model/plan.ts';
import { type JsonRecord, result, run, succeed } from '../cli.ts';
import { type Project, sandbox, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

const PLATFORMS =
  'platforms: [linux-amd64, linux-arm64, macos-arm64, windows-amd64, { name: linux-loong64, os: linux, cpu: loong64, rust: loongarch64-unknown-linux-gnu }]';
const FORMATS = 'packages:\n  archive: {}\n  zip: { platforms: [linux] }\n  dir: {}';

describe('plan', () => {
  const box = sandbox();
  let project: Project;
  before('makes a project', () => {
    project = box.project(smallProject({ platforms: PLATFORMS, packages: FORMATS }));
  });

  async function planned(...args: readonly string[]): Promise<Plan> {
    return result<Plan>(await succeed(project, ['plan', '--json', ...args]));
  }

  async function platforms(...args: readonly string[]): Promise<readonly string[]> {
    return (await planned(...args)).platforms.map(({ name }) => name);
  }

  it('lists every artifact of every cell', async () => {
    const { artifacts } = await planned('--platform', 'linux-amd64,windows-amd64');
    assert.deepEqual(
      artifacts.map(({ name }) => name),
      [
        'acme-1.2.3-linux-amd64-complete',
        'acme-1.2.3-linux-amd64-complete.tar.gz',
        'acme-1.2.3-linux-amd64-complete.zip',
        'acme-1.2.3-linux-amd64-minimal',
        'acme-1.2.3-linux-amd64-minimal.tar.gz',
        'acme-1.2.3-linux-amd64-minimal.zip',
        'acme-1.2.3-windows-amd64-complete',
        'acme-1.2.3-windows-amd64-complete.zip',
        'acme-1.2.3-windows-amd64-minimal',
        'acme-1.2.3-windows-amd64-minimal.zip',
      ],
    );
  });

  it('says the same twice and changes nothing', async () => {
    const before = snapshot(project.root);
    assert.deepEqual(await planned(), await planned());
    assert.deepEqual(snapshot(project.root), before);
  });

  it('explains builds and what is left out', async () => {
    const { stdout } = await succeed(project, ['plan', '--explain', '--platform', 'macos', '--skip', 'dir', '--skip', 'local']);
    assert.match(stdout, /^build prebuilt on macos-arm64$/m);
    assert.match(stdout, /^packages\.dir: left out by --skip dir$/m);
    assert.match(stdout, /^ +local +local +required +--skip local$/m);
  });

  it('explains in which order registries go public', async () => {
    const publish =
      'publish: { us: { use: local, path: us, mirrors: [eu] }, eu: { use: local, path: eu }, site: { use: local, path: site, needs: us } }';
    const other = box.project(smallProject({ publish }));
    const { stdout } = await succeed(other, ['plan', '--explain']);
    assert.match(stdout, /^publish, wave 1: .*public in this order: us, eu, site$/m);
    assert.match(stdout, /^publish\.eu: kept in step with us$/m);
    assert.match(stdout, /^publish\.site: becomes public after us$/m);
  });

  const SELECTORS: Readonly<Record<string, readonly string[]>> = {
    '--platform linux': ['linux-amd64', 'linux-arm64', 'linux-loong64'],
    '--platform linux/arm64': ['linux-arm64'],
    '--platform darwin/arm64': ['macos-arm64'],
    '--platform x86_64-pc-windows-gnu': ['windows-amd64'],
    '--platform loongarch64-unknown-linux-gnu': ['linux-loong64'],
    '--platform *-arm64': ['linux-arm64', 'macos-arm64'],
    '--platform macos,windows': ['macos-arm64', 'windows-amd64'],
    '--platform windows --platform linux-amd64': ['linux-amd64', 'windows-amd64'],
    '--platforms macos,linux-amd64': ['linux-amd64', 'macos-arm64'],
    '-p linux-loong64': ['linux-loong64'],
  };
  for (const [flags, expected] of Object.entries(SELECTORS)) {
    it(`selects by ${flags}`, async () => assert.deepEqual(await platforms(...flags.split(' ')), expected));
  }

  const CHOICES: Readonly<Record<string, readonly string[]>> = {
    '--format zip': ['zip'],
    '--format archive': ['dir', 'tar.gz', 'zip'],
    '--formats dir,zip': ['dir', 'zip'],
    '-f dir -f tar.gz': ['dir', 'tar.gz'],
    '--only dir': ['dir'],
    '--skip archive --skip zip': ['dir'],
  };
  for (const [flags, expected] of Object.entries(CHOICES)) {
    it(`chooses formats by ${flags}`, async () => {
      const { artifacts } = await planned(...flags.split(' '));
      assert.deepEqual([...new Set(artifacts.map(({ format }) => format))].sort(), expected);
    });
  }

  it('chooses variants', async () => {
    const { artifacts } = await planned('--variants', 'minimal');
    assert.deepEqual([...new Set(artifacts.map(({ variant }) => variant))], ['minimal']);
  });

  it('lets --version win', async () => assert.equal((await planned('--version', '2.0.0-rc.1')).release.version, '2.0.0-rc.1'));

  it('leaves out a step', async () => assert.deepEqual((await planned('--skip', 'build')).builds, []));
});

describe('check', () => {
  const box = sandbox();

  it('says what is planned', async () => {
    const project = box.project(smallProject());
    const { ok, products } = result<{ readonly ok: boolean; readonly products: readonly JsonRecord[] }>(await succeed(project, ['check', '--json']));
    assert.deepEqual({ ok, products }, { ok: true, products: [{ product: 'acme', version: '1.2.3', artifacts: 4 }] });
  });

  it('shows every problem at once', async () => {
    const project = box.project(smallProject({ contents: 'contents:\n  - { from: "{a}", to: "{b}" }\n  - { from: "{c}", to: x }' }));
    const { exit, stderr } = await run(project, ['check']);
    assert.equal(exit, 2);
    assert.deepEqual(
      stderr.match(/no field is named "\w"/g),
      ['a', 'b', 'c'].map((name) => `no field is named "${name}"`),
    );
  });

  it('finds the configuration from a folder below', async () => {
    const project = box.project(smallProject());
    assert.match((await succeed(project, ['check'], { cwd: project.path('docs') })).stdout, /provisioning-dist\.yaml is valid/);
  });
});
