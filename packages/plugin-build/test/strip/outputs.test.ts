import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, type Platform } from '@provisioning-dist/core';
import { command } from '../../src/command/builder.ts';
import { prebuilt } from '../../src/prebuilt/builder.ts';
import { jobFor } from '../job.ts';
import { machoBytes, peBytes } from '../object/heads.ts';
import { project, put, WINDOWS } from '../prebuilt/job.ts';

const MACOS: Platform = { name: 'macos-arm64', os: 'macos', cpu: 'arm64' };

describe('strip', () => {
  let root = '';
  let dispose = (): void => undefined;
  beforeEach(() => {
    ({ root, dispose } = project({ app: peBytes(0x8664), mac: machoBytes(0x0100000c), readme: 'text' }));
  });
  afterEach(() => dispose());

  it("leaves Windows' programs to LLVM", async () => {
    const program = ({ argv }: { readonly argv: readonly string[] }): undefined => writeFileSync(argv.at(-1) ?? '', 'stripped') as undefined;
    const { job, ran } = jobFor(prebuilt, root, { from: 'app', strip: true }, { platform: WINDOWS, program });
    const [output] = await prebuilt.build(job);
    assert.deepEqual(ran[0]?.argv.slice(0, 2), ['llvm-strip', '--strip-all']);
    assert.equal(readFileSync(output?.file ?? '', 'utf8'), 'stripped');
    assert.deepEqual(readFileSync(join(root, 'app')), peBytes(0x8664));
  });

  it('tells what it leaves as it is', async () => {
    const program = (): never => {
      throw new DistError('program-missing', 'x');
    };
    const windows = jobFor(prebuilt, root, { from: 'app', strip: true }, { platform: WINDOWS, program });
    assert.equal((await prebuilt.build(windows.job))[0]?.file, join(root, 'app'));
    assert.deepEqual(windows.said, ['app is not stripped: "llvm-strip" is missing']);
    const macos = jobFor(prebuilt, root, { from: 'mac', strip: true }, { platform: MACOS });
    await prebuilt.build(macos.job);
    assert.deepEqual(macos.said, ['mac is not stripped: that would break its signature']);
  });

  it('finds beforehand what it cannot do', async () => {
    const program = (): never => {
      throw new DistError('program-missing', 'x');
    };
    const codes = async (platform: Platform, strip: boolean) => {
      const { job } = jobFor(command, root, { run: ['make'], outputs: ['a'], strip }, { platform, program });
      return (await command.preflight?.(job))?.map(({ code, level }) => [code, level]);
    };
    assert.deepEqual(await codes(MACOS, true), [['strip-unavailable', 'warning']]);
    assert.deepEqual(await codes(WINDOWS, true), [['strip-unavailable', 'warning']]);
    assert.deepEqual(await codes(WINDOWS, false), []);
  });

  it('leaves other files alone', async () => {
    const { job, said } = jobFor(prebuilt, root, { from: 'readme', strip: true });
    assert.equal((await prebuilt.build(job))[0]?.file, join(root, 'readme'));
    assert.deepEqual(said, []);
  });

  it('keeps no result of an earlier run', async () => {
    const { job } = jobFor(prebuilt, root, { from: 'readme', strip: true });
    put(`${job.buildDir}.stripped/x`, 'old', '');
    await prebuilt.build(job);
    assert.ok(!existsSync(`${job.buildDir}.stripped/x/old`));
    assert.ok(statSync(`${job.buildDir}.stripped/x`).isDirectory());
  });
});
