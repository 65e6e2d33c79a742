import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NOBODY, type Project } from './project.ts';

/** The command line as whole processes, far from the settings of whoever runs the tests. */

export const ROOT: string = join(import.meta.dirname, '../..');
const SOURCE: readonly string[] = ['--conditions=source', join(ROOT, 'packages/core/bin/dev.js')];
export const BUILT: string = join(ROOT, 'packages/core/bin/run.js');

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Folder to run in; default the project's. */
  readonly cwd?: string;
  /** A Node other than the one of the tests. */
  readonly node?: string;
  /** `bin/run.js` after `npm run build`, instead of the sources; default as `E2E_BUILT=true` says. */
  readonly built?: boolean;
  /** As nobody, when the tests run as root. The project must belong to nobody then: `project.giveAway()`. */
  readonly unprivileged?: boolean;
  /** Octal, as the shell takes it. */
  readonly umask?: string;
}

export interface Ran {
  /** Exit code; null when a signal ended the process. */
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Ran>;
}

/** Starts the command line in a project. */
export function start(project: Project, args: readonly string[], options: RunOptions = {}): Running {
  const [program = '', ...rest] = argvOf(args, options);
  const child = spawn(program, rest, {
    cwd: options.cwd ?? project.root,
    env: { ...environment(project), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // a run that hangs must not keep the tests
    timeout: 60_000,
    killSignal: 'SIGKILL',
    ...(options.unprivileged && process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  return { child, done: ended(child) };
}

/** Runs the command line in a project to its end. */
export function run(project: Project, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return start(project, args, options).done;
}

/** Runs it and throws unless it succeeds. */
export async function succeed(project: Project, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran = await run(project, args, options);
  if (ran.exit !== 0) throw new Error(`Cannot run ${args.join(' ')}: exit ${ran.exit}\n${ran.stdout}${ran.stderr}`);
  return ran;
}

/** A record of `--json`. */
export interface JsonRecord {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The records of `--json`; throws where a line is no JSON. */
export function records({ stdout }: Pick<Ran, 'stdout'>): readonly JsonRecord[] {
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JsonRecord]));
}

/** What the command answered under `--json`. */
export function result<Data>(ran: Ran): Data {
  const found = records(ran).find(({ type }) => type === 'result');
  if (!found) throw new Error(`Cannot find a result: exit ${ran.exit}\n${ran.stdout}${ran.stderr}`);
  return found.data as Data;
}

function argvOf(
  args: readonly string[],
  { node = process.execPath, built = process.env.E2E_BUILT === 'true', umask }: RunOptions,
): readonly string[] {
  const argv = [node, ...(built ? [BUILT] : SOURCE), ...args];
  return umask === undefined ? argv : ['/bin/sh', '-c', `umask ${umask} && exec "$@"`, 'sh', ...argv];
}

function environment({ home }: Project): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'xdg-cache'),
    PROVISIONING_DIST_CACHE: join(home, 'cache'),
    // hundreds of processes share the compiled sources
    NODE_COMPILE_CACHE: compileCache(),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
}

function compileCache(): string {
  const folder = join(ROOT, 'node_modules/.cache/e2e-compile');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function ended(child: ChildProcess): Promise<Ran> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, ...texts }));
  });
}
