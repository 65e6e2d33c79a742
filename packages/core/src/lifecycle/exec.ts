import type { Log } from '../effect.ts';
import { DistError } from '../errors.ts';
import type { ExecOptions, ExecResult } from '../jobs.ts';

/** Programs run for builders: no shell, an environment by allow-list, bounded output, a timeout, the tail of the output in the error. */

export interface ExecContext {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Added to the base environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Variables a child gets from ours: where tools, caches and certificates are, and how toolchains are set up. Never tokens by accident. */
const INHERITED =
  /^(PATH|PATHEXT|HOME|USER|LOGNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*|SYSTEMROOT|WINDIR|COMSPEC|TMPDIR|TEMP|TMP|TERM|LANG|LC_.*|TZ|XDG_.*|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|SOURCE_DATE_EPOCH|CARGO_HOME|RUSTUP_(HOME|TOOLCHAIN)|RUSTFLAGS|CARGO_(BUILD|TARGET|NET|HTTP|PROFILE)_.*|GO[A-Z0-9]+|CGO_.*|CC|CXX|AR|LD|CFLAGS|CXXFLAGS|LDFLAGS|PKG_CONFIG.*|NPM_CONFIG_(REGISTRY|USERCONFIG|GLOBALCONFIG|CACHE|PREFIX|OFFLINE|PREFER_OFFLINE|CAFILE|STRICT_SSL|FETCH_.*))$/i;

const OUTPUT_LIMIT = 64 * 1024 * 1024;
const TAIL_LINES = 20;

/** Runs a program; rejects with a DistError that says how it ended and shows the end of its output. */
export async function execProgram(argv: readonly [string, ...string[]], options: ExecOptions, context: ExecContext): Promise<ExecResult> {
  const { execa } = await import('execa');
  const [program, ...args] = argv;
  context.log.debug(`run ${argv.join(' ')}`);
  const result = await execa(program, args, {
    cwd: options.cwd ?? context.cwd,
    env: { ...baseEnvironment(process.env), ...context.env, ...options.env },
    extendEnv: false,
    preferLocal: false,
    reject: false,
    stdin: 'ignore',
    timeout: options.timeout ?? 0,
    maxBuffer: OUTPUT_LIMIT,
    cancelSignal: context.signal,
    forceKillAfterDelay: 5_000,
  });
  for (const line of `${result.stdout}\n${result.stderr}`.split('\n')) if (line !== '') context.log.debug(line);
  if (context.signal.aborted) throw context.signal.reason;
  if (result.failed) throw execFailed(program, result, options);
  return { stdout: result.stdout, stderr: result.stderr };
}

export function baseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined && INHERITED.test(pair[0])));
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
}

function execFailed(program: string, outcome: Outcome, options: ExecOptions): DistError {
  const tail = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n').slice(-TAIL_LINES).join('\n');
  const message = `Cannot run "${program}": ${ending(outcome, options)}${tail === '' ? '' : `\n${tail}`}`;
  return new DistError(outcome.code === 'ENOENT' ? 'program-missing' : 'program-failed', message, {
    ...(outcome.code === 'ENOENT' ? { hint: `install ${program} or put it on PATH` } : {}),
    data: { program, exitCode: outcome.exitCode ?? null, signal: outcome.signal ?? null },
  });
}

function ending(outcome: Outcome, options: ExecOptions): string {
  if (outcome.timedOut) return `it ran longer than ${options.timeout} ms`;
  if (outcome.code === 'ENOENT') return 'there is no such program';
  if (outcome.signal !== undefined) return `it was ended by ${outcome.signal}`;
  if (outcome.exitCode !== undefined) return `it exited with ${outcome.exitCode}`;
  return outcome.shortMessage ?? 'it could not be started';
}
