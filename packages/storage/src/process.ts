import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process for as long as anybody may ask about it: numbers are reused, hence its start and the machine's boot. */
export interface ProcessId {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks after boot, where the system tells. */
  readonly start?: string;
  /** Identifies the boot, where the system tells. */
  readonly boot?: string;
}

let current: ProcessId | undefined;

export function thisProcess(): ProcessId {
  current ??= describe(process.pid);
  return current;
}

/** What a process of this number is called now. */
function describe(pid: number): ProcessId {
  const start = startTime(pid);
  const boot = bootId();
  return { host: hostname(), pid, ...(start && { start }), ...(boot && { boot }) };
}

/** Whether it surely ended: `false` also when it runs on another host, where nobody here can know. */
export function hasEnded(id: ProcessId): boolean {
  if (id.host !== hostname()) return false;
  const boot = bootId();
  if (id.boot && boot && id.boot !== boot) return true;
  if (!isRunning(id.pid)) return true;
  const start = startTime(id.pid);
  return Boolean(id.start && start && id.start !== start);
}

/** Short and unique among all processes and calls. */
export function newToken(): string {
  return randomBytes(8).toString('hex');
}

/** Ends the name of a temporary file; says whose it is, so that others know when it is abandoned. */
export function temporarySuffix(): string {
  const { pid, start } = thisProcess();
  return `${hostId()}-${pid}-${start ?? 0}-${newToken()}.tmp`;
}

/** Whether the name ends in the suffix of a process that ended. */
export function isAbandoned(name: string): boolean {
  const [, id, pid, start] = /([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{16}\.tmp$/.exec(name) ?? [];
  if (id !== hostId()) return false;
  return hasEnded({ host: hostname(), pid: Number(pid), ...(start !== '0' && start && { start }) });
}

/** Of the host and its boot: process numbers start anew with each. */
function hostId(): string {
  return createHash('sha256')
    .update(`${hostname()} ${bootId() ?? ''}`)
    .digest('hex')
    .slice(0, 8);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** proc(5): field 22 of /proc/<pid>/stat, counted after the command's closing parenthesis, which may itself hold spaces. */
function startTime(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function bootId(): string | undefined {
  return readProc('/proc/sys/kernel/random/boot_id')?.trim();
}

/** Only Linux has these files. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
