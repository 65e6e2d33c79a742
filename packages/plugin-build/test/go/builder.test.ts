import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '@provisioning-dist/core';
import { go } from '../../src/go/builder.ts';
import { jobFor, optionsOf, type Ran } from '../job.ts';
import { elfBytes, machoBytes } from '../object/heads.ts';
import { project, put } from '../prebuilt/job.ts';

const ARMV7: Platform = { name: 'linux-armv7', os: 'linux', cpu: 'armv7', go: 'linux/arm/7' };
const ARM = elfBytes({ machine: 40 });

/** Go as far as we rely on it. */
function makes(...names: readonly string[]): (ran: Ran) => undefined {
  return ({ argv }) => {
    for (const name of names) put(argv[argv.indexOf('-o') + 1] ?? '', name, ARM);
  };
}

describe('go', () => {
  let root = '';
  let dispose = (): void => undefined;
  beforeEach(() => {
    ({ root, dispose } = project());
  });
  afterEach(() => dispose());

  it('collects what go wrote', async () => {
    const { job } = jobFor(go, root, { main: ['./cmd/b', './cmd/a'] }, { platform: ARMV7, program: makes('b', 'a') });
    assert.deepEqual(await go.build(job), [
      { name: 'a', file: join(job.buildDir, 'a') },
      { name: 'b', file: join(job.buildDir, 'b') },
    ]);
  });

  it('builds without paths, checkout and C', async () => {
    const { job, ran } = jobFor(go, root, { ldflags: '-X main.v={version}', tags: ['x', 'y'] }, { platform: ARMV7, program: makes('a') });
    await go.build(job);
    const [{ argv = [], env = {} } = {}] = ran;
    const [out] = argv.slice(-2);
    assert.deepEqual(argv, ['go', 'build', '-trimpath', '-buildvcs=false', '-ldflags=-X main.v=1.2.3', '-tags=x,y', '-o', out, '.']);
    const { GOOS, GOARCH, GOARM, CGO_ENABLED, GOFLAGS, GOAMD64 } = env;
    assert.deepEqual(
      { GOOS, GOARCH, GOARM, CGO_ENABLED, GOFLAGS, GOAMD64 },
      {
        GOOS: 'linux',
        GOARCH: 'arm',
        GOARM: '7',
        CGO_ENABLED: '0',
        GOFLAGS: '-trimpath',
        GOAMD64: 'v1',
      },
    );
  });

  it("lets the user's variables win", async () => {
    const { job, ran } = jobFor(go, root, { cgo: true, env: { GOAMD64: 'v3', CC: 'zig cc' } }, { platform: ARMV7, program: makes('a') });
    await go.build(job);
    const { GOAMD64, CC, CGO_ENABLED } = ran[0]?.env ?? {};
    assert.deepEqual([GOAMD64, CC, CGO_ENABLED], ['v3', 'zig cc', '1']);
  });

  it('says when nothing was made', async () => {
    const { job } = jobFor(go, root, {}, { platform: ARMV7 });
    await assert.rejects(go.build(job), { code: 'build-made-nothing' });
  });

  it('refuses a program for another CPU', async () => {
    const { job } = jobFor(go, root, {}, { platform: { ...ARMV7, name: 'linux-amd64', cpu: 'amd64' }, program: makes('a') });
    await assert.rejects(go.build(job), { code: 'build-wrong-platform' });
  });

  it('refuses a folder outside the project', async () => {
    const { job } = jobFor(go, root, { dir: '../elsewhere' }, { platform: ARMV7 });
    await assert.rejects(go.build(job), { code: 'build-output-path' });
  });

  for (const options of [
    { flags: ['-o=x'] },
    { flags: ['--o=x'] },
    { flags: ['-C=/'] },
    { flags: ['x'] },
    { main: '-x' },
    { main: [] },
    { tags: ['a b'] },
  ])
    it(`refuses ${JSON.stringify(options)}`, () => assert.throws(() => optionsOf(go, options)));

  describe('for a universal platform', () => {
    const platform: Platform = { name: 'macos-universal', os: 'macos', cpu: 'universal' };
    const cpus: Readonly<Record<string, number>> = { amd64: 0x01000007, arm64: 0x0100000c };
    const program = ({ argv, env: { GOARCH = '' } }: Ran): undefined =>
      void put(argv[argv.indexOf('-o') + 1] ?? '', 'a', machoBytes(cpus[GOARCH] ?? 0)) as undefined;

    it('joins the programs of both CPUs', async () => {
      const { job, ran } = jobFor(go, root, {}, { platform, program });
      const [output] = await go.build(job);
      assert.equal(output?.file, join(job.buildDir, 'a'));
      assert.deepEqual(
        ran.map(({ env: { GOOS, GOARCH } }) => `${GOOS}/${GOARCH}`),
        ['darwin/amd64', 'darwin/arm64'],
      );
      const bytes = readFileSync(output?.file ?? '');
      assert.deepEqual([bytes.subarray(0x4000, 0x4020), bytes.subarray(0x8000)], [machoBytes(0x01000007), machoBytes(0x0100000c)]);
    });

    it('names a program one CPU lacks', async () => {
      const partly = (ran: Ran): undefined => {
        program(ran);
        if (ran.env.GOARCH === 'amd64') put(ran.argv[ran.argv.indexOf('-o') + 1] ?? '', 'b', machoBytes(0x01000007));
      };
      await assert.rejects(go.build(jobFor(go, root, {}, { platform, program: partly }).job), {
        code: 'build-not-universal',
        message: 'Cannot join "b" for macos-universal: only one of the CPUs has it',
      });
    });
  });

  it('takes flags that begin with o', () => assert.deepEqual(optionsOf(go, { flags: ['-overlay=x.json'] }).flags, ['-overlay=x.json']));
});
