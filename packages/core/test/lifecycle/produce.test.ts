import assert from 'node:assert/strict';
import { chmodSync, existsSync, lstatSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import type { DistErrors } from '../../src/errors.ts';
import { produce } from '../../src/lifecycle/produce.ts';
import type { ReleaseManifest } from '../../src/lifecycle/release-manifest.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { SessionProject } from './session-project.ts';

const LINUX = 'acme-1.0.0-linux-amd64.txt';
const MACOS = 'acme-1.0.0-macos-arm64.txt';
const ELF = Buffer.from('7f454c460201010000000000', 'hex');

describe('produce', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  async function make(options: Partial<SessionOptions> = {}, clean = false): Promise<ReleaseManifest> {
    return produce(await project.run(options), { clean });
  }

  function names({ artifacts }: ReleaseManifest): readonly string[] {
    return artifacts.map(({ name }) => name);
  }

  it('makes what is planned, checksums and manifest', async () => {
    project = new SessionProject();
    assert.deepEqual(names(await make()), [LINUX, MACOS, 'checksums.sha256']);
    assert.deepEqual(project.names('packages'), ['.provisioning-dist', LINUX, MACOS, 'checksums.sha256', 'release.json']);
  });

  it('keeps what has not changed', async () => {
    project = new SessionProject();
    await make();
    project.calls();
    await make();
    assert.deepEqual(
      project.calls().filter((call) => call.startsWith('write')),
      [],
    );
  });

  it('keeps the other platforms when one fails to build', async () => {
    project = new SessionProject(config('{ file: tool, fails: macos-arm64 }'));
    await assert.rejects(make(), { code: 'plugin-failed', exit: 1, message: /cannot make it for macos-arm64/ });
    assert.deepEqual(project.names('packages'), ['.provisioning-dist', LINUX, 'checksums.sha256', 'release.json']);
    assert.match(project.read('packages/checksums.sha256'), new RegExp(`^[0-9a-f]{64} {2}${LINUX}\n$`));
  });

  it('reports every platform that fails, once', async () => {
    project = new SessionProject(config('{ file: tool, fails: all }', '{ txt: {}, second: { use: txt, name: "2-{platform}.txt" } }'));
    await assert.rejects(make(), (error: DistErrors) => {
      assert.deepEqual(
        error.errors.map(({ message }) => message.replace(/.* for /, '')),
        ['linux-amd64', 'macos-arm64'],
      );
      return true;
    });
  });

  it('leaves no folder when nothing was made', async () => {
    project = new SessionProject(config('{ file: tool, fails: all }'));
    await assert.rejects(make());
    assert.ok(!existsSync(project.path('packages')));
  });

  it('removes an artifact that could not be made again', async () => {
    project = new SessionProject();
    await make();
    project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('txt: {}', 'txt: { fails: linux-amd64 }') });
    await assert.rejects(make(), { code: 'package-failed', message: `Cannot package "${LINUX}" as txt: cannot write ${LINUX}` });
    assert.deepEqual(project.names('packages'), ['.provisioning-dist', MACOS, 'checksums.sha256', 'release.json']);
  });

  it('merges into what the same version has', async () => {
    project = new SessionProject();
    await make({ filters: { platforms: ['linux'], variants: [], formats: [] } });
    assert.deepEqual(names(await make({ filters: { platforms: ['macos'], variants: [], formats: [] } })), [LINUX, MACOS, 'checksums.sha256']);
  });

  it('drops from the release what somebody took away', async () => {
    project = new SessionProject();
    await make();
    rmSync(project.path(`packages/${LINUX}`));
    assert.deepEqual(names(await make({ filters: { platforms: ['macos'], variants: [], formats: [] } })), [MACOS, 'checksums.sha256']);
    assert.match(project.screen.text(), /linux-amd64\.txt" of an earlier run is gone/);
  });

  it('removes what a killed run left unfinished', async () => {
    project = new SessionProject();
    await make();
    project.write({ 'packages/.a.tar.gz.tmp-1-2': 'half', 'packages/.tree.tmp-7/x': 'half' });
    await make();
    assert.deepEqual(project.names('packages'), ['.provisioning-dist', LINUX, MACOS, 'checksums.sha256', 'release.json']);
  });

  it('starts nothing once interrupted', async () => {
    project = new SessionProject();
    const stop = new AbortController();
    const run = await project.run({}, stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(produce(run, { clean: false }), { message: 'stopped' });
    assert.deepEqual(
      project.calls().filter((call) => call.startsWith('build')),
      [],
    );
  });

  describe('without building', () => {
    it('takes what an earlier run built', async () => {
      project = new SessionProject();
      await make();
      project.calls();
      assert.deepEqual(names(await make({ skip: ['build'] })), [LINUX, MACOS, 'checksums.sha256']);
      assert.deepEqual(project.calls(), []);
    });

    it('takes files put into the build folder', async () => {
      const folder = '.provisioning-dist/build/acme-1.0.0';
      project = new SessionProject(undefined, { [`${folder}/linux-amd64/tool`]: 'x', [`${folder}/macos-arm64/tool`]: 'x' });
      assert.deepEqual(names(await make({ skip: ['build'] })), [LINUX, MACOS, 'checksums.sha256']);
    });

    it('says what is missing', async () => {
      project = new SessionProject();
      await assert.rejects(make({ skip: ['build'] }), { code: 'not-built', message: /with --skip build: no earlier run has built linux-amd64/ });
    });

    it('leaves out one builder alone', async () => {
      project = new SessionProject(TWO_BUILDERS);
      await make();
      project.calls();
      await make({ skip: ['two'], filters: { platforms: ['linux'], variants: [], formats: [] } });
      assert.deepEqual(
        project.calls().filter((call) => call.startsWith('build')),
        ['build one linux-amd64'],
      );
    });

    it('refuses a record that is no such thing', async () => {
      const file = '.provisioning-dist/build/acme-1.0.0/linux-amd64.outputs.json';
      project = new SessionProject(undefined, { [file]: '{"schema":1,"outputs":[{"id":"make","name":"../x","file":"/etc/passwd"}]}' });
      await assert.rejects(make({ skip: ['build'] }), { code: 'build-output-name' });
    });
  });

  it('leaves beforeBuild out by name', async () => {
    project = new SessionProject();
    await make({ skip: ['beforeBuild'] });
    assert.ok(!project.calls().includes('beforeBuild'));
  });

  it('names both builders of one output', async () => {
    project = new SessionProject(TWO_BUILDERS.replace('b-tool }', 'tool }'));
    await assert.rejects(make(), { code: 'build-output-twice', message: /"two" was already made by builder "one"/ });
  });

  describe('arch: all', () => {
    const packages = '{ txt: { arch: all, components: [docs] } }';

    it('is made once, for any platform', async () => {
      project = new SessionProject(noarch('share/a.sh', packages), { 'share/a.sh': '#!/bin/sh\n' });
      assert.deepEqual(names(await make()), ['acme-1.0.0-any.txt', 'checksums.sha256']);
    });

    it('refuses a program of one platform', async () => {
      project = new SessionProject(noarch('share/tool', packages), { 'share/tool': ELF });
      await assert.rejects(make(), { code: 'program-in-noarch', message: /"share\/tool" in "acme-1\.0\.0-any\.txt": .*\(ELF\)/ });
    });

    it('does not mind one in another component', async () => {
      project = new SessionProject(`${noarch('share/a.sh', packages)}  - { from: share/tool, to: share/ }\n`, {
        'share/a.sh': '#!/bin/sh\n',
        'share/tool': ELF,
      });
      assert.deepEqual(names(await make()), ['acme-1.0.0-any.txt', 'checksums.sha256']);
    });

    it('waits for beforeBuild, and fails with it', async () => {
      project = new SessionProject(noarch('share/a.sh', packages), { 'share/a.sh': '' });
      project.write({ 'plugin.mjs': project.read('plugin.mjs').replace("() => said('beforeBuild')", "() => { throw new Error('not now'); }") });
      await assert.rejects(make(), { code: 'plugin-failed', message: /not now/ });
    });
  });

  describe('wider formats', () => {
    const packages = '{ txt: {}, about: {}, list: {}, host: {} }';

    it('are made after what they consume', async () => {
      project = new SessionProject(config('{ file: tool }', packages));
      await make();
      assert.deepEqual(
        project
          .read('packages/acme-1.0.0.list')
          .split('\n')
          .map((line) => line.split(' ')[0]),
        [LINUX, MACOS, 'acme-1.0.0.about', ''],
      );
    });

    it('of a platform see its artifacts', async () => {
      project = new SessionProject(config('{ file: tool }', packages));
      await make();
      assert.equal(project.read('packages/acme-1.0.0-macos-arm64.host'), `${MACOS}\n`);
    });

    it('are made anew when what they consume changes', async () => {
      project = new SessionProject(config('{ file: tool }', packages));
      await make();
      const before = project.read('packages/acme-1.0.0.list');
      project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('to: bin/', 'to: sbin/') });
      await make();
      assert.notEqual(project.read('packages/acme-1.0.0.list'), before);
    });

    it('are alone in seeing other artifacts', async () => {
      project = new SessionProject(config('{ file: tool }', '{ txt: {}, second: { use: txt, name: "2-{platform}.txt" } }'));
      await make({ jobs: 1 });
      assert.match(project.read('packages/2-macos-arm64.txt'), /sees 0/);
    });
  });

  describe('layouts', () => {
    const packages = '{ tree: {} }';
    const TREE = 'packages/acme-1.0.0-linux-amd64.tree';

    it('have their modes, whatever the umask', async () => {
      project = new SessionProject(config('{ file: tool }', packages));
      const umask = process.umask(0o077);
      try {
        await make();
      } finally {
        process.umask(umask);
      }
      assert.deepEqual(
        ['', '/bin', '/bin/tool'].map((path) => (statSync(project.path(TREE + path)).mode & 0o777).toString(8)),
        ['755', '755', '755'],
      );
    });

    it('replace an earlier one that may not be written', async () => {
      project = new SessionProject(config('{ file: tool }', packages));
      await make();
      chmodSync(project.path(`${TREE}/bin`), 0o555);
      await make();
      assert.ok(existsSync(project.path(`${TREE}/bin/tool`)));
    });

    for (const [what, member] of [
      ['above it', '{ path: "../evil", type: "file", mode: 0o644, parts: [] }'],
      ['through a link', '{ path: "away/evil", type: "file", mode: 0o644, parts: [] }'],
      ['without its directory', '{ path: "no/evil", type: "file", mode: 0o644, parts: [] }'],
    ] as const) {
      it(`never write ${what}`, async () => {
        project = new SessionProject(config('{ file: tool }', packages));
        const link = '{ path: "away", type: "symlink", target: ".." }';
        project.write({
          'plugin.mjs': project.read('plugin.mjs').replace('*layout(job) {', `*layout(job) { yield ${link}; yield ${member};`),
        });
        await assert.rejects(make(), { code: 'layout-path' });
        assert.deepEqual(
          readdirSync(project.root).filter((name) => name === 'evil'),
          [],
        );
        assert.ok(!existsSync(project.path('packages')));
      });
    }
  });

  it('never follows a link in place of an artifact', async () => {
    project = new SessionProject();
    await make();
    writeFileSync(project.path('victim'), 'mine');
    rmSync(project.path(`packages/${LINUX}`));
    symlinkSync(project.path('victim'), project.path(`packages/${LINUX}`));
    await make();
    assert.equal(project.read('victim'), 'mine');
    assert.ok(lstatSync(project.path(`packages/${LINUX}`)).isFile());
  });
});

function config(make: string, packages = '{ txt: {} }'): string {
  const role = packages.includes('tree') ? ', role: binary' : '';
  return `build: [make: ${make}]\ncontents: [{ from: "{build}/tool", to: bin/${role} }]\npackages: ${packages}\n`;
}

const TWO_BUILDERS = `build: [{ make: { file: tool }, id: one }, { make: { file: b-tool }, id: two }]
contents: [{ from: "{build}/*", to: bin/ }]
packages: { txt: {} }
`;

function noarch(from: string, packages: string): string {
  return `packages: ${packages}\ncontents:\n  - { from: ${from}, to: share/, component: docs }\n`;
}
