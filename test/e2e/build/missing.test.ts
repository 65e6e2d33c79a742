import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { describe, it } from 'mocha';
import { run } from '../cli.ts';
import { type Files, type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';

/** Toolchains that are not as they should be, in front of those that are. */
describe('a toolchain that is missing', () => {
  const box = sandbox();

  function project(build: string, tools: Readonly<Record<string, string>>): Project {
    const files: Files = Object.fromEntries(
      Object.entries(tools).map(([name, text]) => [`tools/${name}`, { text: `#!/bin/sh\n${text}\n`, mode: 0o755 }]),
    );
    return box.project({ ...smallProject({ build: `build: [${build}]`, platforms: 'platforms: [linux-amd64, linux-arm64]' }), ...files });
  }

  function build(made: Project, env: Readonly<Record<string, string>> = {}) {
    return run(made, ['build'], { env: { ...env, PATH: `${made.path('tools')}${delimiter}${process.env.PATH}` } });
  }

  it('stops the run before anything is built', async () => {
    const made = project('go', { go: 'touch ran; exit 127' });
    const { exit, stderr } = await build(made);
    assert.equal(exit, 3);
    assert.match(stderr, /error\[build-tool-missing\]: Cannot run "go": the Go toolchain is missing or broken/);
    assert.match(stderr, /hint: install Go and put it on PATH/);
    assert.ok(!existsSync(made.path('.provisioning-dist/build')));
  });

  it('is named with the platform whose target it lacks', async () => {
    const { exit, stderr } = await build(project('cargo', { cargo: 'echo cargo 1.90.0', rustup: 'echo x86_64-unknown-linux-gnu' }));
    assert.equal(exit, 3);
    assert.match(stderr, /Cannot build linux-arm64: Rust target "aarch64-unknown-linux-gnu" is not installed/);
    assert.match(stderr, /hint: rustup target add aarch64-unknown-linux-gnu/);
    assert.doesNotMatch(stderr, /Cannot build linux-amd64/);
  });

  it('is told apart from flags of the environment, once', async () => {
    const made = project('cargo', { cargo: 'true', rustup: 'echo x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu' });
    const { exit, stderr } = await build(made, { RUSTFLAGS: '-Cdebuginfo=0' });
    assert.equal(exit, 1);
    assert.deepEqual(stderr.match(/warning\[build-environment\].*/g), [
      'warning[build-environment]: RUSTFLAGS: RUSTFLAGS of the environment changes what cargo makes',
    ]);
    for (const platform of ['linux-amd64', 'linux-arm64']) assert.match(stderr, new RegExp(`Cannot build ${platform}: cargo made no executable`));
  });
});
