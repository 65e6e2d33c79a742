import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DistError } from '@provisioning-dist/core';
import { command } from '../../src/command/builder.ts';
import { jobFor, optionsOf } from '../job.ts';
import { ELF_AMD64, peBytes } from '../object/heads.ts';
import { project, put, WINDOWS } from '../prebuilt/job.ts';

const OPTIONS = { run: ['make', 'all-{platform}'], outputs: ['out/{platform}/app{exe}'] };

describe('command', () => {
  let root = '';
  let dispose = (): void => undefined;
  beforeEach(() => {
    ({ root, dispose } = project());
  });
  afterEach(() => dispose());
  const writes =
    (path: string, bytes: Uint8Array | string = ELF_AMD64) =>
    () =>
      void put(root, path, bytes);

  it('runs and collects', async () => {
    const { job, ran } = jobFor(command, root, OPTIONS, { platform: WINDOWS, program: writes('out/windows-amd64/app.exe', peBytes(0x8664)) });
    assert.deepEqual(await command.build(job), [{ name: 'app.exe', file: join(job.buildDir, 'app.exe') }]);
    assert.deepEqual(ran[0]?.argv, ['make', 'all-windows-amd64']);
    assert.equal(ran[0]?.cwd, root);
  });

  it('tells the program of its platform', async () => {
    const { job, ran } = jobFor(command, root, { ...OPTIONS, env: { A: '{version}' } }, { program: writes('out/linux-amd64/app') });
    await command.build(job);
    assert.deepEqual(ran[0]?.env, {
      PROVISIONING_DIST_PRODUCT: 'acme',
      PROVISIONING_DIST_NAME: 'acme',
      PROVISIONING_DIST_VERSION: '1.2.3',
      PROVISIONING_DIST_SNAPSHOT: 'false',
      PROVISIONING_DIST_COMMIT: 'c0ffee',
      PROVISIONING_DIST_STEP: 'build',
      PROVISIONING_DIST_PLATFORM: 'linux-amd64',
      PROVISIONING_DIST_OS: 'linux',
      PROVISIONING_DIST_CPU: 'amd64',
      PROVISIONING_DIST_BUILD_DIR: job.buildDir,
      A: '1.2.3',
    });
  });

  it('collects by glob in its folder', async () => {
    mkdirSync(join(root, 'sub'));
    const program = (): void => {
      for (const name of ['b', 'a']) put(root, `sub/bin/${name}`, '#!/bin/sh\n');
      put(root, 'sub/bin/folder/x', '');
    };
    const { job } = jobFor(command, root, { run: ['make'], dir: 'sub', outputs: ['bin/*'] }, { program: () => void program() });
    assert.deepEqual(
      (await command.build(job)).map(({ name }) => name),
      ['a', 'b'],
    );
  });

  it('takes what is written to the build folder', async () => {
    const outputs = ['.state/build/acme-1.2.3/{platform}/app'];
    const { job } = jobFor(command, root, { run: ['make'], outputs }, { program: writes('.state/build/acme-1.2.3/linux-amd64/app') });
    assert.deepEqual(readFileSync((await command.build(job))[0]?.file ?? ''), ELF_AMD64);
  });

  it('takes names that look like patterns', async () => {
    const { job } = jobFor(command, root, { run: ['make'], outputs: ['app[1]'] }, { program: writes('app[1]') });
    assert.equal((await command.build(job))[0]?.name, 'app[1]');
  });

  it('does not write into an earlier output', async () => {
    const { job } = jobFor(command, root, OPTIONS, { program: writes('out/linux-amd64/app', 'new') });
    put(job.buildDir, 'app', 'old');
    linkSync(join(job.buildDir, 'app'), join(root, 'running'));
    const [output] = await command.build(job);
    assert.equal(readFileSync(output?.file ?? '', 'utf8'), 'new');
    assert.equal(readFileSync(join(root, 'running'), 'utf8'), 'old');
  });

  it('names what was not made', async () => {
    const { job } = jobFor(command, root, { run: ['make'], outputs: ['app', 'lib*.so'] }, { program: writes('app') });
    await assert.rejects(command.build(job), {
      code: 'build-made-nothing',
      message: 'Cannot build linux-amd64: "make" ended well and made no lib*.so',
    });
  });

  it('tells of what was there before', async () => {
    put(root, 'app', ELF_AMD64);
    const { job, said } = jobFor(command, root, { run: ['make'], outputs: ['app'] });
    await command.build(job);
    assert.deepEqual(said, ['app was there before and was not written again']);
  });

  it('passes on how the program ended', async () => {
    const program = (): never => {
      throw new DistError('program-failed', 'Cannot run "make": it was ended by SIGKILL');
    };
    await assert.rejects(command.build(jobFor(command, root, OPTIONS, { program }).job), { message: 'Cannot run "make": it was ended by SIGKILL' });
  });

  it('refuses a program for another system', async () => {
    const { job } = jobFor(command, root, OPTIONS, { program: writes('out/linux-amd64/app', peBytes(0x8664)) });
    await assert.rejects(command.build(job), { code: 'build-wrong-platform' });
  });

  for (const outputs of ['../app', '/etc/passwd', '*/../../app'])
    it(`refuses output ${outputs}`, async () => {
      const { job, ran } = jobFor(command, root, { run: ['make'], outputs: [outputs] });
      await assert.rejects(command.build(job), { code: 'build-output-path' });
      assert.deepEqual(ran, []);
    });

  it('refuses a link that leads out', async () => {
    const program = (): void => symlinkSync('/etc/passwd', join(root, 'app'));
    const { job } = jobFor(command, root, { run: ['make'], outputs: ['ap*'] }, { program: () => void program() });
    await assert.rejects(command.build(job), { code: 'build-output-path' });
  });

  for (const options of [{ run: [], outputs: ['a'] }, { run: ['make'] }, { run: ['make'], outputs: [] }, { run: 'make', outputs: ['a'] }])
    it(`refuses ${JSON.stringify(options)}`, () => assert.throws(() => optionsOf(command, options)));
});
