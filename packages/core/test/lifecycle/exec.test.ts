import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, it } from 'mocha';
import type { Log } from '../../src/effect.ts';
import type { DistError } from '../../src/errors.ts';
import { baseEnvironment, execProgram } from '../../src/lifecycle/exec.ts';

const NODE = process.execPath;

function context({ signal = new AbortController().signal, debug = (_: string) => {} } = {}) {
  const log: Log = { info: () => {}, warn: () => {}, debug };
  return { cwd: tmpdir(), signal, log, env: { SOURCE_DATE_EPOCH: '7' } };
}

/** A script that prints its own id and that of a child it starts, then goes on. */
function family(child: string, output: 'inherit' | 'ignore', parent: string): string {
  const started = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: ["ignore", "${output}", "ignore"] })`;
  return `const { pid } = ${started}; console.log(process.pid); console.log(pid); ${parent}`;
}

/** The ids of a family after its time is up. */
async function endedFamily(child: string, output: 'inherit' | 'ignore', parent: string = child): Promise<readonly number[]> {
  const pids: number[] = [];
  const debug = (line: string) => {
    if (/^\d+$/.test(line)) pids.push(Number(line));
  };
  await assert.rejects(execProgram([NODE, '-e', family(child, output, parent)], { timeout: 500 }, context({ debug })), {
    message: /longer than 500 ms/,
  });
  assert.equal(pids.length, 2);
  return pids;
}

/** Those still there after a while: a signal takes its time on a busy machine. */
async function survivors(pids: readonly number[]): Promise<readonly number[]> {
  const deadline = performance.now() + 2000;
  while (pids.some(isAlive) && performance.now() < deadline) await setTimeout(10);
  return pids.filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch {
    return false;
  }
}

/** One that nobody has waited for yet, in a container without an init. */
function isZombie(pid: number): boolean {
  return process.platform === 'linux' && /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

describe('execProgram', () => {
  it('gives what the program printed', async () => {
    const script = 'console.log(process.env.SOURCE_DATE_EPOCH, process.env.OWN); console.error("e")';
    const result = await execProgram([NODE, '-e', script], { env: { OWN: 'x' } }, context());
    assert.deepEqual(result, { stdout: '7 x', stderr: 'e' });
  });

  it('hands arguments on as they are, without a shell', async () => {
    const { stdout } = await execProgram([NODE, '-p', 'process.argv[1]', '$(id) && "x" *'], {}, context());
    assert.equal(stdout, '$(id) && "x" *');
  });

  it('logs lines while the program runs', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const debug = (line: string) => {
      lines.push(line);
      if (line === 'ready') stop.abort(new Error('enough'));
    };
    const script = 'console.log("ready"); setInterval(() => {}, 1000)';
    await assert.rejects(execProgram([NODE, '-e', script], {}, context({ signal: stop.signal, debug })), { message: 'enough' });
    assert.ok(lines.includes('ready'));
  });

  it('shows the exit code and the end of the output', async () => {
    const script = 'for (let i = 1; i < 40; i++) console.log("line", i); console.error("boom"); process.exit(3)';
    await assert.rejects(execProgram([NODE, '-e', script], {}, context()), (error: DistError) => {
      const lines = error.message.split('\n');
      assert.equal(lines[0], `Cannot run "${NODE}": it exited with 3`);
      assert.deepEqual([lines[1], lines.at(-1), lines.length], ['line 21', 'boom', 21]);
      assert.deepEqual([error.code, error.data], ['program-failed', { program: NODE, exitCode: 3, signal: null }]);
      return true;
    });
  });

  it('says that a program is missing', async () => {
    await assert.rejects(execProgram(['no-such-program-here'], {}, context()), {
      code: 'program-missing',
      message: 'Cannot run "no-such-program-here": there is no such program',
      hint: /PATH/,
    });
  });

  it('says that its folder is missing', async () => {
    const cwd = join(tmpdir(), 'no', 'such', 'folder');
    await assert.rejects(execProgram([NODE, '-e', ''], { cwd }, context()), {
      code: 'program-failed',
      message: `Cannot run "${NODE}": there is no folder "${cwd}" to run it in`,
    });
  });

  it('ends a program that takes too long', async () => {
    await assert.rejects(execProgram([NODE, '-e', 'setInterval(() => {}, 1000)'], { timeout: 150 }, context()), {
      code: 'program-failed',
      message: `Cannot run "${NODE}": it ran longer than 150 ms`,
    });
  });

  it('ends what the program has started', async () => {
    const pids = await endedFamily('setInterval(() => {}, 1000)', 'inherit');
    assert.deepEqual(await survivors(pids), []);
  });

  it('ends a program and its child that ignore SIGTERM', async () => {
    const pids = await endedFamily('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)', 'inherit');
    assert.deepEqual(await survivors(pids), []);
  });

  it('ends a child that left the output alone', async () => {
    const pids = await endedFamily('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)', 'ignore', 'setInterval(() => {}, 1000)');
    assert.deepEqual(await survivors(pids), []);
  });

  it('ends the whole family when interrupted', async () => {
    const stop = new AbortController();
    const pids: number[] = [];
    const debug = (line: string) => {
      if (/^\d+$/.test(line)) pids.push(Number(line));
      if (pids.length === 2) stop.abort(new Error('enough'));
    };
    const idle = 'setInterval(() => {}, 1000)';
    await assert.rejects(execProgram([NODE, '-e', family(idle, 'inherit', idle)], {}, context({ signal: stop.signal, debug })), {
      message: 'enough',
    });
    assert.deepEqual([pids.length, await survivors(pids)], [2, []]);
  });

  it('logs 100 MB in bounded memory and space', async () => {
    let logged = 0;
    const debug = (line: string) => {
      logged += line.length;
    };
    const script = 'const mib = ("x".repeat(1023) + "\\n").repeat(1024); for (let i = 0; i < 100; i++) require("fs").writeSync(1, mib)';
    const result = await execProgram([NODE, '-e', script], {}, { ...context({ debug }), keep: false });
    assert.deepEqual(result, { stdout: '', stderr: '' });
    assert.ok(logged > 16_000_000 && logged < 17_000_000, String(logged));
  });

  it('refuses to keep 100 MB', async () => {
    const script = 'const mib = ("x".repeat(1023) + "\\n").repeat(1024); for (let i = 0; i < 100; i++) require("fs").writeSync(1, mib)';
    await assert.rejects(execProgram([NODE, '-e', script], {}, context()), { message: /it printed more than 64 MiB/ });
  });

  it('runs a program that reads nothing of its input', async () => {
    const { stdout } = await execProgram([NODE, '-e', 'require("fs").closeSync(0); console.log("fine")'], { input: 'x'.repeat(2 ** 22) }, context());
    assert.equal(stdout, 'fine');
  });

  it('gives an empty standard input', async () => {
    const { stdout } = await execProgram([NODE, '-p', 'require("fs").readFileSync(0).length'], {}, context());
    assert.equal(stdout, '0');
  });

  it('runs nothing once interrupted', async () => {
    await assert.rejects(execProgram([NODE, '-e', ''], {}, context({ signal: AbortSignal.abort(new Error('stopped')) })), { message: 'stopped' });
  });
});

describe('the environment of programs', () => {
  for (const name of ['PATH', 'Path', 'HOME', 'CARGO_TARGET_DIR', 'CC_x86_64_unknown_linux_musl', 'GOPROXY', 'https_proxy', 'SystemDrive', 'CI']) {
    it(`has ${name}`, () => assert.deepEqual(baseEnvironment({ [name]: 'x' }), { [name]: 'x' }));
  }

  for (const name of [
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'CARGO_REGISTRY_TOKEN',
    'CARGO_REGISTRIES_MINE_TOKEN',
    'NPM_TOKEN',
    'npm_config__authToken',
    'CC_TEST_REPORTER_ID',
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'MY_PATH',
  ]) {
    it(`lacks ${name}`, () => assert.deepEqual(baseEnvironment({ [name]: 'x' }), {}));
  }
});
