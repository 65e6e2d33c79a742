import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { BUILT, ROOT, run, succeed } from './cli.ts';
import { type Project, sandbox, snapshot } from './project.ts';
import { smallProject } from './small-project.ts';

const COMMANDS = readdirSync(join(ROOT, 'packages/core/src/commands')).flatMap((file) => {
  const text = readFileSync(join(ROOT, 'packages/core/src/commands', file), 'utf8');
  return /^export default /m.test(text) ? [file.replace(/\.ts$/, '')] : [];
});

describe('the built command line', () => {
  const box = sandbox();
  let project: Project;
  before('needs a build', function () {
    // `npm test` builds first
    try {
      readFileSync(join(ROOT, 'packages/core/dist/cli.js'));
    } catch {
      if (process.env.CI) throw new Error('Cannot run these tests: packages/core/dist is not built');
      this.skip();
    }
    project = box.project(smallProject());
  });

  it('makes the same release as the sources', async () => {
    await succeed(project, ['package', '-o', 'built'], { built: true });
    await succeed(project, ['package', '-o', 'sources'], { built: false });
    assert.deepEqual(snapshot(project.path('built')), snapshot(project.path('sources')));
  });

  it('lists every command in its help', async () => {
    const { stdout } = await succeed(project, ['--help'], { built: true });
    for (const command of COMMANDS) assert.match(stdout, new RegExp(`^ +${command} `, 'm'));
  });

  for (const command of COMMANDS) {
    it(`shows examples of ${command}`, async () => {
      const { stdout } = await succeed(project, [command, '--help'], { built: true });
      assert.match(stdout, new RegExp(`^EXAMPLES\\n[^]*\\$ provisioning-dist ${command}`, 'm'));
    });
  }

  it('says what it does not know', async () => {
    const { exit, stderr } = await run(project, ['pakage'], { built: true });
    assert.equal(exit, 2);
    assert.match(stderr, /did you mean "package"\?/);
  });
});

describe('--version', () => {
  const box = sandbox();
  const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/core/package.json'), 'utf8')) as { readonly version: string };

  for (const flag of ['--version', '-v']) {
    it(`is answered with nothing else there (${flag})`, () => {
      const bin = alone(box.folder(`alone${flag}`));
      const said = execFileSync(process.execPath, [bin, flag], { encoding: 'utf8' });
      assert.equal(said, `provisioning-dist/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
    });
  }

  it('leaves a release version to the command', async () => {
    const project = box.project(smallProject());
    assert.match((await succeed(project, ['plan', '--version', '7.0.0'])).stdout, /acme 7\.0\.0/);
  });
});

describe('an old Node.js', () => {
  const box = sandbox();

  for (const found of ['20.20.2', '22.17.9', '23.11.0']) {
    it(`${found} is told which one is needed`, () => {
      const { status, stderr, stdout } = pretending(found, alone(box.folder(found)));
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.match(stderr, new RegExp(`^error\\[node-version\\]: Cannot run provisioning-dist with Node\\.js ${found}: it needs 22\\.18 .* 24`));
    });
  }

  for (const found of ['22.18.0', '24.0.0', '26.1.0']) {
    it(`${found} is current enough`, () => assert.equal(pretending(found, alone(box.folder(found))).status, 0));
  }
});

/** `bin/run.js` beside its package.json and nothing else: no dist, no node_modules. */
function alone(folder: string): string {
  mkdirSync(join(folder, 'bin'));
  cpSync(BUILT, join(folder, 'bin/run.js'));
  cpSync(join(ROOT, 'packages/core/package.json'), join(folder, 'package.json'));
  return join(folder, 'bin/run.js');
}

/** Runs `--version` by a Node that says it is another one. */
function pretending(version: string, bin: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const preload = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const file = join(bin, '../pretend.cjs');
  writeFileSync(file, preload);
  return spawnSync(process.execPath, ['--require', file, bin, '--version'], { encoding: 'utf8' });
}
