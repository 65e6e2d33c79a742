import assert from 'node:assert/strict';
import { Config } from '@oclif/core/config';
import { defineCommand, modeOf, type Work } from '../../src/commands/base.ts';
import { dryRunFlags, projectFlags, resourceFlags, selectionFlags, stepFlags } from '../../src/commands/flags.ts';
import { DistError, EXIT } from '../../src/errors.ts';

const flags = { ...projectFlags, ...selectionFlags, ...stepFlags, ...resourceFlags, ...dryRunFlags };
const OCLIF = { name: 'probe', version: '1.0.0', oclif: { bin: 'probe', plugins: [] } };

describe('a command', () => {
  let config: Config;
  let exitBefore: typeof process.exitCode;

  before(async () => {
    config = await Config.load({ root: import.meta.dirname, pjson: OCLIF, userPlugins: false, ignoreManifest: true });
  });
  beforeEach(() => {
    exitBefore = process.exitCode;
  });
  afterEach(() => {
    process.exitCode = exitBefore;
  });

  async function run(argv: string[], work: (work: Work<typeof flags, unknown>) => Promise<void>): Promise<void> {
    await defineCommand({ summary: 'Try', examples: [], flags, work }).run(['--quiet', ...argv], config);
  }

  async function parsed(argv: string[]): Promise<object> {
    let seen = {};
    await run(argv, async (work) => {
      seen = work.flags;
    });
    return seen;
  }

  it('takes lists by commas, repetition and plural', async () => {
    assert.deepEqual(await parsed(['--platform', 'a,b', '-p', 'c', '--platforms', 'd', '--format=deb,rpm']), {
      quiet: true,
      platform: ['a', 'b', 'c', 'd'],
      format: ['deb', 'rpm'],
    });
  });

  it('takes quantities with units', async () => {
    assert.deepEqual(await parsed(['--memory', '2GiB', '--timeout', '5m', '-j', '2']), { quiet: true, memory: 2 ** 31, timeout: 300_000, jobs: 2 });
  });

  for (const argv of [['--nope'], ['--jobs', '0'], ['--memory', '2x'], ['--only', 'a', '--skip', 'b'], ['stray']]) {
    it(`exits 2 for ${argv.join(' ')}`, async () => {
      await assert.rejects(parsed(argv), (error: { exit?: number; oclif?: { exit?: number } }) => (error.exit ?? error.oclif?.exit) === 2);
    });
  }

  it('exits with the code of the error', async () => {
    await silently(() => run([], () => Promise.reject(new DistError('a', 'b', { exit: EXIT.locked }))));
    assert.equal(process.exitCode, 7);
  });

  it('says that the time limit passed', async () => {
    const text = await silently(() => run(['--timeout', '1ms'], ({ signal }) => untilAborted(signal)));
    assert.match(text, /^error\[timeout\]: Cannot finish within "0.001 s"/);
  });

  it('says which signal stopped it', async () => {
    const text = await silently(() =>
      run([], async ({ signal }) => {
        process.emit('SIGINT');
        await untilAborted(signal);
      }),
    );
    assert.match(text, /^error\[interrupted\]: Stopped by SIGINT/);
    assert.equal(process.exitCode, 130);
  });
});

describe('modeOf', () => {
  it('lets json win', () => {
    assert.deepEqual([modeOf({ json: true, quiet: true }), modeOf({ quiet: true }), modeOf({})], ['json', 'quiet', 'auto']);
  });
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const alive = setInterval(() => {}, 1000);
    const stop = (): void => {
      clearInterval(alive);
      reject(new Error('a broken request'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}

/** What is written to stderr meanwhile. */
async function silently(act: () => Promise<void>): Promise<string> {
  const { write } = process.stderr;
  let text = '';
  process.stderr.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    await act();
  } finally {
    process.stderr.write = write;
  }
  return text;
}
