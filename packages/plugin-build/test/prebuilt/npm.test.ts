import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError } from '@provisioning-dist/core';
import { prebuilt } from '../../src/prebuilt/builder.ts';
import { type Exec, jobOf, project, put, WINDOWS } from './job.ts';
import { tgzBytes } from './tar-bytes.ts';

const TARBALL = tgzBytes([
  { path: 'package/package.json', content: '{}' },
  { path: 'package/bin/tool', content: 'packed', mode: 0o755 },
]);
const INTEGRITY = `sha512-${createHash('sha512').update(TARBALL).digest('base64')}`;
const OPTIONS = { npm: 'tool@1.2.3', files: { tool: 'bin/tool' } };

/** `npm pack` as far as we rely on it. */
function fakeNpm(calls: (readonly string[])[] = [], tarball: Uint8Array = TARBALL): Exec {
  return async (argv) => {
    calls.push(argv);
    writeFileSync(join(argv[argv.indexOf('--pack-destination') + 1] ?? '', 'tool-1.2.3.tgz'), tarball);
    return { stdout: '[]', stderr: '' };
  };
}

function failingNpm(code: string, message: string): Exec {
  return async () => {
    throw new DistError(code, message);
  };
}

describe('prebuilt from an npm package', () => {
  let root: string;
  let dispose: () => void;

  beforeEach(() => {
    ({ root, dispose } = project());
  });
  afterEach(() => dispose());

  const build = (exec: Exec, options: object = {}) => prebuilt.build(jobOf(root, { ...OPTIONS, ...options }, { exec }));
  const install = (version: string, path = 'node_modules/tool') => {
    put(root, `${path}/package.json`, JSON.stringify({ name: 'tool', version }));
    put(root, `${path}/bin/tool`, 'installed');
  };

  it('references an installed package', async () => {
    install('1.2.3');
    assert.deepEqual(await build(failingNpm('x', 'npm was run')), [{ name: 'tool', file: join(root, 'node_modules/tool/bin/tool') }]);
  });

  it('packs another version than is installed', async () => {
    install('1.2.4');
    const [output] = await build(fakeNpm());
    assert.equal(readFileSync(output?.file ?? '', 'utf8'), 'packed');
  });

  it('packs when an integrity is given', async () => {
    install('1.2.3');
    const [output] = await build(fakeNpm(), { integrity: INTEGRITY });
    assert.equal(readFileSync(output?.file ?? '', 'utf8'), 'packed');
  });

  it('runs npm without scripts', async () => {
    const calls: (readonly string[])[] = [];
    await build(fakeNpm(calls));
    assert.deepEqual(calls[0]?.slice(0, 5), ['npm', 'pack', 'tool@1.2.3', '--json', '--ignore-scripts']);
  });

  it('fetches once', async () => {
    const calls: (readonly string[])[] = [];
    const first = await build(fakeNpm(calls));
    assert.deepEqual(await build(fakeNpm(calls)), first);
    assert.equal(calls.length, 1);
  });

  it('fetches again for another integrity', async () => {
    await build(fakeNpm());
    const calls: (readonly string[])[] = [];
    await build(fakeNpm(calls), { integrity: INTEGRITY });
    assert.equal(calls.length, 1);
  });

  it('shows both values of a wrong integrity', async () => {
    const integrity = `sha512-${'A'.repeat(86)}==`;
    await assert.rejects(build(fakeNpm(), { integrity }), {
      code: 'prebuilt-wrong-digest',
      message: `Cannot use tool@1.2.3: its integrity is ${INTEGRITY}, not ${integrity}`,
    });
  });

  it('strips any top folder', async () => {
    const [output] = await build(fakeNpm([], tgzBytes([{ path: 'tool/bin/tool', content: 'odd' }])));
    assert.equal(readFileSync(output?.file ?? '', 'utf8'), 'odd');
  });

  it('guesses at a missing member', async () => {
    await assert.rejects(build(fakeNpm(), { files: { tool: 'tool.exe' } }), {
      message: 'Cannot take "tool.exe" from tool@1.2.3: there is no such file',
      hint: 'did you mean "bin/tool"?',
    });
  });

  it('guesses at a missing installed file', async () => {
    install('1.2.3');
    await assert.rejects(build(fakeNpm(), { files: { tool: 'tool.exe' } }), { code: 'prebuilt-member-missing', hint: 'did you mean "bin/tool"?' });
  });

  for (const [state, code, message] of [
    ['npm is not installed', 'program-missing', 'Cannot run "npm": there is no such program'],
    ['the registry has no such package or version', 'program-failed', 'npm error code E404\nnpm error 404 Not Found'],
    ['the registry has no such package or version', 'program-failed', '{ "error": { "code": "ETARGET" } }'],
    ['the registry cannot be reached', 'program-failed', 'npm error code ENOTFOUND\nnpm error errno ENOTFOUND'],
    ['the registry refuses access', 'program-failed', 'npm error code E401'],
    ['npm pack failed', 'program-failed', 'it was ended by SIGSEGV'],
  ] as const) {
    it(`says that ${state} (${message.slice(0, 24)})`, async () => {
      await assert.rejects(build(failingNpm(code, message)), {
        code: 'prebuilt-npm-failed',
        message: `Cannot fetch npm package "tool@1.2.3": ${state}`,
      });
    });
  }

  it('says when npm leaves no tarball', async () => {
    await assert.rejects(
      build(async () => ({ stdout: '', stderr: '' })),
      { code: 'prebuilt-npm-no-tarball' },
    );
  });

  it('finds a missing platform before building', async () => {
    const job = jobOf(root, { npm: { linux: 'tool@1.2.3' }, files: { tool: 'bin/tool' } }, { platform: WINDOWS });
    const findings = await prebuilt.preflight?.(job);
    assert.deepEqual(
      findings?.map(({ level, code }) => [level, code]),
      [['error', 'prebuilt-platform-missing']],
    );
  });

  it('finds nothing wrong with good options', async () => {
    assert.deepEqual(await prebuilt.preflight?.(jobOf(root, OPTIONS)), []);
  });
});
