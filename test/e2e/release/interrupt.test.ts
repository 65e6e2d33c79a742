import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { type Ran, type Running, run, start, succeed } from '../cli.ts';
import { type Project, sandbox, sha256, snapshot } from '../project.ts';
import { pluginFile, smallProject } from '../small-project.ts';

/** Runs that stop half-way: a plugin says when it is there, and waits until it is told to go on. */

const WAIT =
  "if (fs.existsSync('go')) return; fs.writeFileSync('there', ''); while (!fs.existsSync('go')) await wait(10, undefined, { signal: job.signal });";

const PLACES = {
  'before the build': `hooks.beforeBuild.tap({ name: 'probe' }, async (job) => { ${WAIT} });`,
  'between artifacts': `hooks.package.tap('tar.gz', { name: 'probe', before: ['archive'] }, async (job) => { ${WAIT} });`,
  'before publishing': `hooks.publish.tap('local', { name: 'probe', before: ['registry'] }, async (job) => { ${WAIT} });`,
} as const;

/** Stops in the middle of a file, with bytes of it written. */
const IN_A_FILE = `hooks.package.tap('tar.gz', { name: 'probe', before: ['archive'] }, () => {
  if (fs.existsSync('go')) return undefined;
  return { parts: (function* () {
    yield new Uint8Array(1 << 21);
    fs.writeFileSync('there', '');
    while (!fs.existsSync('go')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  })() };
});`;

describe('an interrupted release', () => {
  const box = sandbox();

  function stopping(setup: string): Project {
    const sections = { variants: 'variants: {}', more: 'plugins: [./plugin.mjs]' };
    return box.project({ ...smallProject(sections), 'plugin.mjs': pluginFile(setup) });
  }

  async function stopped(project: Project, signal: NodeJS.Signals): Promise<Ran> {
    const running = start(project, ['release']);
    await there(project, running);
    running.child.kill(signal);
    return running.done;
  }

  for (const [place, setup] of Object.entries(PLACES)) {
    it(`ends with 130 by SIGINT ${place}`, async () => {
      const project = stopping(setup);
      const { exit, stderr } = await stopped(project, 'SIGINT');
      assert.equal(exit, 130);
      assert.match(stderr, /^error\[interrupted\]: Stopped by SIGINT$/m);
      await goesOn(project);
    });
  }

  it('ends with 143 by SIGTERM', async () => {
    const project = stopping(PLACES['between artifacts']);
    assert.equal((await stopped(project, 'SIGTERM')).exit, 143);
    assert.equal(JSON.parse(project.read('.provisioning-dist/releases/acme-1.2.3/run.json')).exit, 143);
    await goesOn(project);
  });

  it('keeps what was finished and nothing else', async () => {
    const project = stopping(PLACES['between artifacts']);
    await stopped(project, 'SIGINT');
    assert.deepEqual(readdirSync(project.path('packages')).sort(), [
      '.provisioning-dist',
      'acme-1.2.3-windows-amd64.zip',
      'checksums.sha256',
      'release.json',
    ]);
    assert.equal(
      project.read('packages/checksums.sha256'),
      `${sha256(project.path('packages/acme-1.2.3-windows-amd64.zip'))}  acme-1.2.3-windows-amd64.zip\n`,
    );
    assert.equal(existsSync(project.path('published')), false);
  });

  for (const [place, setup] of Object.entries({ ...PLACES, 'in a file': IN_A_FILE })) {
    it(`goes on after kill -9 ${place}`, async () => {
      const project = stopping(setup);
      assert.equal((await stopped(project, 'SIGKILL')).exit, null);
      await goesOn(project);
    });
  }

  it('ends by --timeout', async () => {
    const project = stopping(PLACES['before the build']);
    const { exit, stderr } = await run(project, ['release', '--timeout', '700ms']);
    assert.equal(exit, 1);
    assert.match(stderr, /^error\[timeout\]: .*"0\.7 s"/m);
    await goesOn(project);
  });
});

describe('a second run', () => {
  const box = sandbox();

  it('is refused while the first one works', async () => {
    const setup = PLACES['before the build'];
    const project = box.project({ ...smallProject({ more: 'plugins: [./plugin.mjs]' }), 'plugin.mjs': pluginFile(setup) });
    const first = start(project, ['release']);
    await there(project, first);
    const refused = await Promise.all([['release'], ['package'], ['stage'], ['package', '--version', '9.9.9']].map((args) => run(project, args)));
    for (const { exit, stderr } of refused) {
      assert.equal(exit, 7);
      assert.match(stderr, new RegExp(`^error\\[locked\\]: .* process ${first.child.pid} on `, 'm'));
    }
    assert.deepEqual(readdirSync(project.path('packages')), ['.provisioning-dist']);
    project.write({ go: '' });
    assert.equal((await first.done).exit, 0);
  });

  it('may look while the first one works', async () => {
    const setup = PLACES['between artifacts'];
    const project = box.project({ ...smallProject({ more: 'plugins: [./plugin.mjs]' }), 'plugin.mjs': pluginFile(setup) });
    const first = start(project, ['release']);
    await there(project, first);
    await succeed(project, ['status']);
    await succeed(project, ['plan']);
    project.write({ go: '' });
    assert.equal((await first.done).exit, 0);
  });
});

/** Resolves when the plugin has got there; rejects when the run ends before. */
async function there(project: Project, { child, done }: Running): Promise<void> {
  while (!existsSync(project.path('there'))) {
    if (child.exitCode !== null) throw new Error(`Cannot wait for the plugin: exit ${child.exitCode}\n${(await done).stderr}`);
    await wait(10);
  }
}

/** The same command again makes the whole release, and leaves nothing of the run before. */
async function goesOn(project: Project): Promise<void> {
  project.write({ go: '' });
  await succeed(project, ['release']);
  const artifacts = ['acme-1.2.3-linux-amd64.tar.gz', 'acme-1.2.3-windows-amd64.zip', 'checksums.sha256', 'release.json'];
  assert.deepEqual(readdirSync(project.path('packages')).sort(), ['.provisioning-dist', ...artifacts]);
  assert.deepEqual(readdirSync(project.path('published/acme/1.2.3')).sort(), ['.journal.ndjson', ...artifacts]);
  assert.deepEqual(
    snapshot(project.root).filter((line) => /^[^ ]*(tmp|\/lock )/.test(line)),
    [],
  );
}
