import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { run, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { type Sections, smallProject } from '../small-project.ts';

const SECTIONS: Sections = { variants: 'variants: { complete: {} }', packages: 'packages:\n  dir: {}' };

/** What builds; `$1` is its output. */
function script(text: string): { readonly text: string; readonly mode: number } {
  return { text: `#!/bin/sh\nset -e\nmkdir -p "$(dirname "$1")"\n${text}\n`, mode: 0o755 };
}

describe('builder command', () => {
  const box = sandbox();

  function project(text: string, more = ''): Project {
    const build = `build:\n  - command: { run: [./make.sh, "out/{platform}/app{exe}"], outputs: ["out/{platform}/app{exe}"]${more} }`;
    return box.project({ ...smallProject({ ...SECTIONS, build }), 'make.sh': script(text) });
  }

  const GOOD = 'echo "$PROVISIONING_DIST_PLATFORM $PROVISIONING_DIST_VERSION" >"$1"';

  it('packages what a program makes', async () => {
    const made = project(GOOD);
    await succeed(made, ['package']);
    assert.equal(made.read('packages/acme-1.2.3-linux-amd64-complete/bin/app'), 'linux-amd64 1.2.3\n');
    assert.equal(made.read('packages/acme-1.2.3-windows-amd64-complete/bin/app.exe'), 'windows-amd64 1.2.3\n');
  });

  it('finishes platforms beside one that fails', async () => {
    const made = project(`if [ $PROVISIONING_DIST_OS = windows ]; then echo "no linker" >&2; exit 7; fi\n${GOOD}`);
    const { exit, stderr } = await run(made, ['package']);
    assert.equal(exit, 1);
    assert.match(stderr, /Cannot build windows-amd64 with "command": cannot run "\.\/make\.sh": it exited with 7\n +\| no linker/);
    assert.ok(existsSync(made.path('packages/acme-1.2.3-linux-amd64-complete/bin/app')));
  });

  it('reports every platform that fails', async () => {
    const { stderr } = await run(project('echo "broken for $PROVISIONING_DIST_OS"; exit 1'), ['package']);
    assert.match(stderr, /Cannot build linux-amd64 with "command": [^\n]*\n +\| broken for linux/);
    assert.match(stderr, /Cannot build windows-amd64 with "command": [^\n]*\n +\| broken for windows/);
  });

  it('names one that writes nothing', async () => {
    const { exit, stderr } = await run(project('true'), ['package', '--platform', 'linux']);
    assert.equal(exit, 1);
    assert.match(stderr, /Cannot build linux-amd64: "\.\/make\.sh" ended well and made no out\/linux-amd64\/app/);
  });

  it('names one that was killed', async () => {
    const { stderr } = await run(project('kill -9 $$'), ['package', '--platform', 'linux']);
    assert.match(stderr, /Cannot build linux-amd64 with "command": cannot run .*it was ended by SIGKILL/);
  });

  it('ends one that hangs with all it started', async () => {
    const made = project('echo waiting\n(sleep 5; touch alive) & sleep 60', ', timeout: 1s');
    const { exit, stderr } = await run(made, ['package', '--platform', 'linux']);
    assert.equal(exit, 1);
    assert.match(stderr, /Cannot build linux-amd64 with "command": cannot run .*it ran longer than 1000 ms\n +\| waiting/);
    await wait(5500);
    assert.ok(!existsSync(made.path('alive')));
  }).timeout(20_000);

  it('names a program that is missing', async () => {
    const made = project(GOOD);
    made.write(smallProject({ ...SECTIONS, build: 'build:\n  - command: { run: [no-such-tool], outputs: [app] }' }));
    const { stderr } = await run(made, ['package', '--platform', 'linux']);
    assert.match(stderr, /error\[program-missing\]: Cannot build linux-amd64 with "command": cannot run .*"no-such-tool": there is no such program/);
  });

  it('refuses a program for another platform', async () => {
    const { exit, stderr } = await run(project(`cp '${process.execPath}' "$1"`), ['package', '--platform', 'windows']);
    assert.equal(exit, 1);
    assert.match(stderr, /error\[build-wrong-platform\]: Cannot use "app\.exe" for windows-amd64: it is (?:ELF|Mach-O) for/);
  });

  it('gives no shell to what templates bring', async () => {
    const made = project('printf %s "$2" >"$1"');
    const build = `build:\n  - command: { run: [./make.sh, out/app, "$(touch pwned); {version}"], outputs: [out/app] }`;
    made.write(smallProject({ ...SECTIONS, build, platforms: 'platforms: [linux-amd64]' }));
    await succeed(made, ['package']);
    assert.equal(made.read('packages/acme-1.2.3-linux-amd64-complete/bin/app'), '$(touch pwned); 1.2.3');
    assert.ok(!existsSync(made.path('pwned')));
  });
});
