import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { describe, it } from 'mocha';
import { type Ran, records, result, run, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';

const STATE = '.provisioning-dist/build/acme-1.2.3';

interface Built {
  readonly platforms: readonly { readonly platform: string; readonly outputs: readonly { readonly name: string; readonly size: number }[] }[];
}

describe('build', () => {
  const box = sandbox();

  function project(text: string, more = ''): Project {
    const command = (id: string, name: string) =>
      `  - command: { run: [./make.sh, "out/{platform}/${name}"], outputs: ["out/{platform}/${name}"]${more} }\n    id: ${id}\n`;
    const platforms = 'platforms: [linux-amd64, linux-arm64, windows-amd64]';
    const build = `build:\n${command('server', 'server')}${command('tool', 'app')}`;
    const script = { text: `#!/bin/sh\nset -e\nmkdir -p "$(dirname "$1")"\n${text}\n`, mode: 0o755 };
    return box.project({
      ...smallProject({ platforms, build, variants: 'variants: { complete: {} }', packages: 'packages:\n  dir: {}' }),
      'make.sh': script,
    });
  }

  const GOOD = 'echo "making $1 with $SECRET"; echo "$PROVISIONING_DIST_PLATFORM" >"$1"';

  function names(ran: Ran): readonly string[] {
    return result<Built>(ran).platforms.flatMap(({ platform, outputs }) => outputs.map(({ name }) => `${platform}/${name}`));
  }

  it('builds every platform and packages nothing', async () => {
    const made = project(GOOD);
    const ran = await succeed(made, ['build', '--json']);
    assert.deepEqual(
      names(ran).toSorted(),
      ['linux-amd64', 'linux-arm64', 'windows-amd64'].flatMap((platform) => [`${platform}/app`, `${platform}/server`]),
    );
    assert.equal(made.read(`${STATE}/windows-amd64/app`), 'windows-amd64\n');
    assert.ok(!existsSync(made.path('packages')));
  });

  it('lets package go on from there', async () => {
    const made = project(GOOD, ', check: false');
    await succeed(made, ['build', '--platform', 'linux/amd64']);
    made.write({ 'make.sh': { text: '#!/bin/sh\nexit 1\n', mode: 0o755 } });
    await succeed(made, ['package', '--platform', 'linux-amd64', '--skip', 'build']);
    assert.equal(made.read('packages/acme-1.2.3-linux-amd64-complete/bin/app'), 'linux-amd64\n');
  });

  for (const [selector, expected] of [
    ['linux', ['linux-amd64', 'linux-arm64']],
    ['linux/arm64', ['linux-arm64']],
    ['x86_64-unknown-linux-gnu', ['linux-amd64']],
    ['*-amd64', ['linux-amd64', 'windows-amd64']],
  ] as const)
    it(`takes ${selector}`, async () => {
      const { platforms } = result<Built>(await succeed(project(GOOD), ['build', '--json', '--platform', selector]));
      assert.deepEqual(
        platforms.map(({ platform }) => platform),
        expected,
      );
    });

  it('runs one builder alone', async () => {
    const made = project(GOOD);
    assert.deepEqual(names(await succeed(made, ['build', '--json', '--platform', 'windows', '--only', 'tool'])), ['windows-amd64/app']);
    assert.deepEqual(names(await succeed(made, ['build', '--json', '--platform', 'windows', '--only', 'server'])).toSorted(), [
      'windows-amd64/app',
      'windows-amd64/server',
    ]);
  });

  it('keeps a log per platform and builder', async () => {
    const made = project(GOOD);
    await succeed(made, ['build']);
    const log = made.read(`${STATE}/linux-arm64.tool.log`);
    assert.match(log, /^making out\/linux-arm64\/app with $/m);
    assert.doesNotMatch(log, /amd64/);
    assert.equal(statSync(made.path(`${STATE}/linux-arm64.tool.log`)).mode & 0o777, 0o600);
  });

  it('reports what fails while others finish', async () => {
    const made = project(`case $PROVISIONING_DIST_PLATFORM in *arm64) echo "no such target" >&2; exit 3;; esac\n${GOOD}`);
    const ran = await run(made, ['build', '--json']);
    assert.equal(ran.exit, 1);
    const [problem, ...others] = records(ran).filter(({ type }) => type === 'error');
    assert.deepEqual(others, []);
    assert.equal(problem?.message, 'Cannot build linux-arm64 with "server": cannot run "./make.sh": it exited with 3\nno such target');
    assert.equal(problem?.hint, `all it said is in ${STATE}/linux-arm64.server.log`);
    for (const platform of ['linux-amd64', 'windows-amd64']) assert.equal(made.read(`${STATE}/${platform}/app`), `${platform}\n`);
  });

  it('hides secrets in what a builder says', async () => {
    const made = project('echo "token $(cat token)"; exit 1');
    made.write({
      token: 'sekret-hunter2-sekret',
      'provisioning-dist.yaml': `${made.read('provisioning-dist.yaml')}hooks:\n  beforeBuild: [{ run: ["true"], env: { TOKEN: { file: token } } }]\n`,
    });
    const { stdout, stderr } = await run(made, ['build', '--verbose', '--platform', 'windows']);
    const log = made.read(`${STATE}/windows-amd64.server.log`);
    for (const text of [stdout + stderr, log]) {
      assert.ok(!text.includes('hunter2'), text);
      assert.match(text, /token \*\*\*/);
    }
  });

  it('has nothing to do without builders', async () => {
    const made = project(GOOD);
    made.write({ 'provisioning-dist.yaml': made.read('provisioning-dist.yaml').replace(/build:\n(?: .*\n)+/, '') });
    const { exit, stderr } = await run(made, ['build']);
    assert.equal(exit, 2);
    assert.match(stderr, /Cannot build: the configuration has no "build:"/);
  });
});
