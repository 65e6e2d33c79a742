import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import type { DistErrors } from '../../src/errors.ts';
import { packageRelease } from '../../src/lifecycle/package-release.ts';
import { type PublishSummary, publishRelease } from '../../src/lifecycle/publish-release.ts';
import { release } from '../../src/lifecycle/release.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { SessionProject } from './session-project.ts';

const LINUX = 'acme-1.0.0-linux-amd64.txt';
const MACOS = 'acme-1.0.0-macos-arm64.txt';
const ALL = [LINUX, MACOS, 'checksums.sha256', 'release.json'];

describe('release by steps', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  async function releaseWith(options: Partial<SessionOptions> = {}, dryRun = false): Promise<PublishSummary> {
    return release(await project.run(options), { dryRun, clean: false });
  }

  it('builds, packages and publishes', async () => {
    project = new SessionProject();
    await releaseWith();
    assert.deepEqual(
      project.calls().map((call) => call.split(' ')[0]),
      ['beforeBuild', 'build', 'build', 'write', 'write', 'publish'],
    );
  });

  for (const [what, options] of [
    ['--only publish', { only: ['publish'] }],
    ['--only REGISTRY', { only: ['box'] }],
    ['--skip package', { skip: ['package'] }],
  ] as const) {
    it(`publishes what is there by ${what}`, async () => {
      project = new SessionProject();
      await packageRelease(await project.run(), { clean: false });
      project.calls();
      await releaseWith(options);
      assert.deepEqual(project.calls(), [`publish ${ALL.join(' ')}`]);
    });
  }

  it('needs everything planned to be there', async () => {
    project = new SessionProject();
    await packageRelease(await project.run({ filters: { platforms: ['linux'], variants: [], formats: [] } }), { clean: false });
    await assert.rejects(releaseWith({ only: ['publish'] }), { code: 'artifact-missing', exit: 3, message: /macos-arm64/ });
  });

  it('says what to do when nothing is there', async () => {
    project = new SessionProject();
    await assert.rejects(releaseWith({ only: ['publish'] }), { code: 'manifest-unreadable', hint: /package/ });
  });

  it('packages without publishing', async () => {
    project = new SessionProject();
    const { registries } = await releaseWith({ skip: ['publish'] });
    assert.deepEqual(registries, [{ id: 'box', required: true, state: 'skipped' }]);
    assert.ok(!project.calls().some((call) => call.startsWith('publish')));
  });

  it('packages without building again', async () => {
    project = new SessionProject();
    await packageRelease(await project.run(), { clean: false });
    project.calls();
    await releaseWith({ skip: ['build'] });
    assert.deepEqual(project.calls(), [`publish ${ALL.join(' ')}`]);
  });

  it('shows what --only publish would do', async () => {
    project = new SessionProject();
    await packageRelease(await project.run(), { clean: false });
    const { artifacts } = await releaseWith({ only: ['publish'] }, true);
    assert.deepEqual(
      artifacts.map(({ name, size }) => [name, size > 0]),
      ALL.map((name) => [name, true]),
    );
  });

  it('never publishes what was changed since', async () => {
    project = new SessionProject();
    await packageRelease(await project.run(), { clean: false });
    writeFileSync(project.path(`packages/${LINUX}`), project.read(`packages/${LINUX}`).replace('bin', 'sin'));
    const linux = { filters: { platforms: ['macos'], variants: [], formats: [] } };
    await assert.rejects(releaseWith(linux), { code: 'artifact-changed', message: /sha256 is/ });
  });

  it('refuses to package without the step', async () => {
    project = new SessionProject();
    await assert.rejects(packageRelease(await project.run({ skip: ['package'] }), { clean: false }), { code: 'nothing-to-do', exit: 2 });
  });
});

describe('artifacts from elsewhere', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  async function publishWithout(change: () => void): Promise<PublishSummary> {
    await packageRelease(await project.run(), { clean: false });
    change();
    return publishRelease(await project.run(), { dryRun: false });
  }

  it('are named all together when they are wrong', async () => {
    project = new SessionProject();
    const changing = publishWithout(() => {
      rmSync(project.path(`packages/${LINUX}`));
      writeFileSync(project.path(`packages/${MACOS}`), 'x');
    });
    await assert.rejects(changing, (error: DistErrors) => {
      assert.deepEqual(
        error.errors.map(({ code }) => code),
        ['artifact-missing', 'artifact-changed'],
      );
      return true;
    });
  });

  it('are never links', async () => {
    project = new SessionProject();
    const changing = publishWithout(() => {
      writeFileSync(project.path('same'), project.read(`packages/${LINUX}`));
      rmSync(project.path(`packages/${LINUX}`));
      symlinkSync(project.path('same'), project.path(`packages/${LINUX}`));
    });
    await assert.rejects(changing, { code: 'artifact-changed', message: /is not a file/ });
  });

  it('are layouts with all that they held', async () => {
    project = new SessionProject(
      'build: [make: { file: tool }]\ncontents: [{ from: "{build}/tool", to: bin/ }]\npackages: { tree: {} }\npublish: { box: {} }\n',
    );
    const changing = publishWithout(() => writeFileSync(project.path('packages/acme-1.0.0-linux-amd64.tree/bin/more'), 'x'));
    await assert.rejects(changing, { code: 'artifact-changed', message: /linux-amd64\.tree": its sha256/ });
  });
});

describe('preflight', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  function packaging(...fails: readonly string[]): Promise<unknown> {
    const items = fails.map((fail, index) => `{ make: { file: tool${index}, fails: ${fail} }, id: b${index}, platforms: [linux] }`);
    project = new SessionProject(`build: [${items.join(', ')}]\ncontents: [{ from: "{build}/*", to: bin/ }]\npackages: { txt: {} }\n`);
    return project.run({ filters: { platforms: ['linux'], variants: [], formats: [] } }).then((run) => packageRelease(run, { clean: false }));
  }

  it('ends with exit code 3 before anything is built', async () => {
    await assert.rejects(packaging('finding'), { code: 'no-tool', exit: 3, message: 'there is no tool' });
    assert.deepEqual(project.calls(), []);
  });

  it('shows what others say when one cannot answer', async () => {
    await assert.rejects(packaging('preflight', 'finding'), (error: DistErrors) => {
      assert.deepEqual(
        error.errors.map(({ code, exit }) => [code, exit]),
        [
          ['preflight-failed', 3],
          ['no-tool', 3],
        ],
      );
      return true;
    });
  });
});
