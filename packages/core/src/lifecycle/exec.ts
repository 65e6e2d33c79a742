import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Log } from '../effect.ts';
import { DistError } from '../errors.ts';
import type { ExecOptions, ExecResult } from '../jobs.ts';
import { createOutput, type Output, TAIL_LINES } from './exec-output.ts';

/**
 * Programs run for builders, keys and hooks: no shell, no terminal, an environment by allow-list, bounded output, a timeout, the tail of the
 * output in the error. What ends a program early ends all it has started.
 */

export interface ExecContext {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Added to the base environment. */
  readonly env: Readonly<Record<string, string>>;
  /** False: the output goes to the log only and may be of any size. Default true. */
  readonly keep?: boolean;
}

/** Variables a child gets from ours: where tools, caches and certificates are, and how toolchains are set up. Never tokens by accident. */
const INHERITED: RegExp = new RegExp(
  `^(?:${[
    'PATH|PATHEXT|HOME|USER|LOGNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|ALLUSERSPROFILE',
    '(?:COMMON)?PROGRAM(?:FILES.*|W6432)|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|OS|NUMBER_OF_PROCESSORS|PROCESSOR_.*',
    'TMPDIR|TEMP|TMP|TERM|CI|LANG|LC_.*|TZ|XDG_.*',
    'HTTPS?_PROXY|NO_PROXY|ALL_PROXY|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|SOURCE_DATE_EPOCH',
    'CARGO_HOME|CARGO_INCREMENTAL|RUSTUP_(?:HOME|TOOLCHAIN)|RUSTC_WRAPPER|RUSTFLAGS|CARGO_(?:BUILD|TARGET|NET|HTTP|PROFILE|TERM)_.*',
    'GO[A-Z0-9]+|CGO_.*|JAVA_HOME|SDKROOT|DEVELOPER_DIR|MACOSX_DEPLOYMENT_TARGET|LD_LIBRARY_PATH|LIBRARY_PATH|CPATH',
    '(?:CC|CXX|AR|LD|CFLAGS|CXXFLAGS|LDFLAGS)(?:_(?:AARCH64|ARM|I[3-6]86|POWERPC|RISCV|S390X|X86)\\w*)?|PKG_CONFIG.*',
    'NPM_CONFIG_(?:REGISTRY|USERCONFIG|GLOBALCONFIG|CACHE|PREFIX|OFFLINE|PREFER_OFFLINE|CAFILE|STRICT_SSL|FETCH_.*)',
  ].join('|')})$`,
  'i',
);

/** Characters per stream. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;
/** Milliseconds between SIGTERM and SIGKILL; less than the run itself has after a signal. */
const GRACE = 3000;

/** Runs a program; rejects with a DistError that says how it ended and shows the end of its output. */
export async function execProgram(argv: readonly [string, ...string[]], options: ExecOptions, context: ExecContext): Promise<ExecResult> {
  const { execa } = await import('execa');
  const [program, ...args] = argv;
  context.log.debug(`run ${argv.join(' ')}`);
  const cwd = options.cwd ?? context.cwd;
  const running = execa(program, args, {
    cwd,
    env: { ...baseEnvironment(process.env), ...context.env, ...options.env },
    extendEnv: false,
    preferLocal: false,
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    timeout: options.timeout ?? 0,
    maxBuffer: OUTPUT_LIMIT,
    buffer: context.keep ?? true,
    cancelSignal: context.signal,
    forceKillAfterDelay: GRACE,
    // on POSIX a session of its own, so that there is a group to end
    killDescendants: true,
  });
  // said as it happens: of a program that hangs, or of us killed, the log must tell how far it came
  const outputs = [running.stdout, running.stderr].map((stream) => followed(stream, context.log));
  const result = await running;
  for (const output of outputs) output.end();
  if (result.timedOut || result.isCanceled || result.isMaxBuffer) endGroup(running.pid);
  if (context.signal.aborted) throw context.signal.reason;
  if (result.failed) throw execFailed(program, { ...result, tail: outputs.flatMap(({ tail }) => tail()) }, { ...options, cwd });
  return { stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}

function followed(stream: Readable, log: Log): Output {
  const output = createOutput(log.debug);
  stream.on('data', output.take);
  return output;
}

/** A grandchild that left the output alone and ignores SIGTERM outlives the wait for its parent. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // macOS says EPERM of a group of which only zombies are left
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

export function baseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined && INHERITED.test(pair[0])));
}

interface Outcome {
  readonly tail: readonly string[];
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
}

type Placed = ExecOptions & { readonly cwd: string };

function execFailed(program: string, outcome: Outcome, options: Placed): DistError {
  const tail = outcome.tail.slice(-TAIL_LINES).join('\n');
  const message = `Cannot run "${program}": ${ending(outcome, options)}${tail === '' ? '' : `\n${tail}`}`;
  const isMissing = outcome.code === 'ENOENT' && existsSync(options.cwd);
  return new DistError(isMissing ? 'program-missing' : 'program-failed', message, {
    ...(isMissing ? { hint: `install ${program} or put it on PATH` } : {}),
    data: { program, exitCode: outcome.exitCode ?? null, signal: outcome.signal ?? null },
  });
}

function ending(outcome: Outcome, { timeout, cwd }: Placed): string {
  if (outcome.timedOut) return `it ran longer than ${timeout} ms`;
  if (outcome.isMaxBuffer) return `it printed more than ${OUTPUT_LIMIT / 2 ** 20} MiB`;
  if (outcome.code === 'ENOENT') return existsSync(cwd) ? 'there is no such program' : `there is no folder "${cwd}" to run it in`;
  if (outcome.signal !== undefined) return `it was ended by ${outcome.signal}`;
  if (outcome.exitCode !== undefined) return `it exited with ${outcome.exitCode}`;
  return outcome.shortMessage ?? 'it could not be started';
}
