import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, type Platform } from '@provisioning-dist/core';
import { cargo } from '../../src/cargo/builder.ts';
import { jobFor, optionsOf, type Ran } from '../job.ts';
import { ELF_AMD64, ELF_ARM64 } from '../object/heads.ts';
import { project, put } from '../prebuilt/job.ts';

const TARGET = 'x86_64-unknown-linux-gnu';
const LINUX: Platform = { name: 'linux-amd64', os: 'linux', cpu: 'amd64', rust: TARGET };

function artifact(executable: string | null, kind = 'bin'): string {
  return JSON.stringify({ reason: 'compiler-artifact', target: { kind: [kind] }, executable });
}

describe('cargo', () => {
  let root = '';
  let dispose = (): void => undefined;
  beforeEach(() => {
    ({ root, dispose } = project());
  });
  afterEach(() => dispose());

  /** Cargo as far as we rely on it. */
  function makes(...names: readonly string[]): (ran: Ran) => string {
    return ({ env }) => {
      const files = names.map((name) => join(env.CARGO_TARGET_DIR ?? '', TARGET, 'release', name));
      for (const file of files) put('/', file, ELF_AMD64);
      return [
        'a line of a build script',
        '{broken',
        artifact(null, 'lib'),
        ...files.map((file) => artifact(file)),
        '{"reason":"build-finished"}',
      ].join('\n');
    };
  }

  it('collects what cargo says it made', async () => {
    const { job } = jobFor(cargo, root, {}, { platform: LINUX, program: makes('b', 'a') });
    assert.deepEqual(await cargo.build(job), [
      { name: 'a', file: join(job.buildDir, 'a') },
      { name: 'b', file: join(job.buildDir, 'b') },
    ]);
    assert.deepEqual(readFileSync(join(job.buildDir, 'a')), ELF_AMD64);
  });

  it('builds locked for the target', async () => {
    const { job, ran } = jobFor(cargo, root, {}, { platform: LINUX, program: makes('a') });
    await cargo.build(job);
    const argv = ['cargo', 'build', '--message-format=json-render-diagnostics', `--target=${TARGET}`, '--profile=release', '--locked', '--bins'];
    assert.deepEqual(ran, [{ argv, cwd: root, env: { CARGO_TARGET_DIR: join(root, '.state/build/cargo/linux-amd64') }, timeout: 3_600_000 }]);
  });

  it('passes what users choose', async () => {
    const options = {
      tool: 'zigbuild',
      package: 'acme',
      bins: ['a', 'b'],
      profile: 'dist',
      features: ['x/y'],
      noDefaultFeatures: true,
      locked: false,
    };
    const { job, ran } = jobFor(cargo, root, { ...options, env: { RUSTFLAGS: '-C{version}' } }, { platform: LINUX, program: makes('a') });
    await cargo.build(job);
    assert.deepEqual(ran[0]?.argv.slice(0, 2), ['cargo', 'zigbuild']);
    assert.deepEqual(ran[0]?.argv.slice(4), ['--profile=dist', '--package=acme', '--bin=a', '--bin=b', '--features=x/y', '--no-default-features']);
    assert.equal(ran[0]?.env.RUSTFLAGS, '-C1.2.3');
  });

  it('finds what cross made in its container', async () => {
    const program = (ran: Ran): string => {
      makes('a')(ran);
      return artifact(`/target/${TARGET}/release/a`);
    };
    const { job } = jobFor(cargo, root, { tool: 'cross' }, { platform: LINUX, program });
    assert.equal((await cargo.build(job)).length, 1);
  });

  it('refuses a program for another CPU', async () => {
    const program = (ran: Ran): string => {
      const line = makes('a')(ran);
      put('/', join(ran.env.CARGO_TARGET_DIR ?? '', TARGET, 'release/a'), ELF_ARM64);
      return line;
    };
    const { job } = jobFor(cargo, root, {}, { platform: LINUX, program });
    await assert.rejects(cargo.build(job), { code: 'build-wrong-platform' });
    const lax = jobFor(cargo, root, { check: false }, { platform: LINUX, program });
    assert.equal((await cargo.build(lax.job)).length, 1);
  });

  it('says when nothing was made', async () => {
    const { job } = jobFor(cargo, root, {}, { platform: LINUX, program: () => artifact(null, 'lib') });
    await assert.rejects(cargo.build(job), { code: 'build-made-nothing', message: /^Cannot build linux-amd64: cargo made no executable/ });
  });

  it('refuses two programs of one name', async () => {
    const { job } = jobFor(cargo, root, {}, { platform: LINUX, program: makes('x/a', 'y/A') });
    await assert.rejects(cargo.build(job), { code: 'build-output-twice' });
  });

  it('refuses a platform without a target', async () => {
    const { job } = jobFor(cargo, root, {}, { platform: { name: 'linux-vax', os: 'linux', cpu: 'vax' } });
    await assert.rejects(async () => cargo.preflight?.(job), { code: 'build-no-target', exit: 2 });
  });

  it('misses a tool before building', async () => {
    const program = (): never => {
      throw new DistError('program-missing', 'x');
    };
    const { job } = jobFor(cargo, root, { tool: 'zigbuild' }, { platform: LINUX, program });
    const findings = await cargo.preflight?.(job);
    assert.deepEqual(
      findings?.map(({ code, message }) => [code, message]),
      [['build-tool-missing', 'Cannot run "cargo-zigbuild": it is missing or broken']],
    );
  });

  it('misses a target before building', async () => {
    const { job } = jobFor(cargo, root, {}, { platform: LINUX, program: ({ argv }) => (argv[0] === 'rustup' ? 'wasm32-wasip1\n' : 'cargo 1') });
    const findings = (await cargo.preflight?.(job)) ?? [];
    assert.deepEqual(
      findings.filter(({ level }) => level === 'error').map(({ hint }) => hint),
      [`rustup target add ${TARGET}`],
    );
  });

  for (const options of [{ bins: ['--x'] }, { features: ['-x'] }, { profile: '--x' }, { package: '-p' }, { env: { 'A B': '' } }, { tool: 'sh' }])
    it(`refuses ${JSON.stringify(options)}`, () => assert.throws(() => optionsOf(cargo, options)));
});
