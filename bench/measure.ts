/** Runs one command as a whole process tree and measures it from outside. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { descendants, machineBusy, memory } from './proc.ts';

export interface Command {
  /** One program, or a pipeline of several. */
  readonly pipeline: readonly (readonly [string, ...string[]])[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** File the last program's output goes to; else it is dropped. */
  readonly output?: string;
}

export interface Measurement {
  /** Seconds. */
  readonly wall: number;
  /** User and system seconds of every process of the tree. */
  readonly cpu: number;
  /** Most bytes resident in the tree at one time; 0 where it cannot be seen. */
  readonly rss: number;
  /** Mean number of cores other programs were using meanwhile. */
  readonly foreign: number;
  /** One-minute load average at the start. */
  readonly load: number;
}

const SAMPLE_MS = 10;

export async function measure(command: Command): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-time-'));
  try {
    return await timed(command, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timed(command: Command, folder: string): Promise<Measurement> {
  const [times, errors] = [join(folder, 'times'), join(folder, 'stderr')];
  const load = loadavg()[0] ?? 0;
  const [busy, own] = [machineBusy(), process.cpuUsage()];
  const { status, rss } = await watch(
    spawn('bash', ['-c', script(command, { times, errors })], { ...stdio, cwd: command.cwd, env: { ...process.env, ...command.env } }),
  );
  const [busyNow, { user, system }] = [machineBusy(), process.cpuUsage(own)];
  if (status !== 0) throw new Error(`${describe(command)} exited with ${status}:\n${readFileSync(errors, 'utf8').slice(-2000)}`);
  const [wall = 0, userTime = 0, systemTime = 0] = readFileSync(times, 'utf8').trim().split(' ').map(Number);
  const cpu = userTime + systemTime;
  const elsewhere = (busyNow ?? 0) - (busy ?? 0) - cpu - (user + system) / 1e6;
  return { wall, cpu, rss, load, foreign: Math.max(0, elsewhere / wall) };
}

const stdio = { stdio: 'ignore' } as const;

/** bash's `time` sees the whole pipeline and every child that was waited for. */
function script(command: Command, files: { readonly times: string; readonly errors: string }): string {
  const pipeline = command.pipeline.map((argv) => argv.map(quote).join(' ')).join(' | ');
  const inner = `{ ${pipeline}; } > ${quote(command.output ?? '/dev/null')} 2>> ${quote(files.errors)}`;
  return `set -o pipefail; TIMEFORMAT='%3R %3U %3S'; : > ${quote(files.errors)}; { time ${inner}; } 2> ${quote(files.times)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function describe(command: Command): string {
  return command.pipeline.map((argv) => argv.join(' ')).join(' | ');
}

function watch(child: ReturnType<typeof spawn>): Promise<{ readonly status: number; readonly rss: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; rss: number }>();
  let rss = 0;
  const timer = setInterval(() => {
    rss = Math.max(rss, treeMemory(child.pid ?? 0));
  }, SAMPLE_MS);
  child.on('error', reject);
  child.on('close', (status) => resolve({ status: status ?? -1, rss }));
  return promise.finally(() => clearInterval(timer));
}

/** Never less than the highest mark of any one process, which samples may miss. The measuring shell is left out. */
function treeMemory(shell: number): number {
  const all = descendants(shell).map(memory);
  const now = all.reduce((sum, { resident }) => sum + resident, 0);
  return Math.max(now, ...all.map(({ highest }) => highest));
}
