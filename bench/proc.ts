/** What Linux tells about processes: memory of a tree, CPU seconds of the machine. Elsewhere the values are absent. */
import { readdirSync, readFileSync } from 'node:fs';

/** /proc/stat counts in USER_HZ, which is 100 on every architecture Node runs on. */
const TICKS = 100;

export interface Memory {
  /** Resident bytes now. */
  readonly resident: number;
  /** Most resident bytes ever (VmHWM). */
  readonly highest: number;
}

/** Descendants of a process, without itself. */
export function descendants(pid: number): number[] {
  const children = threads(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number));
  return children.flatMap((child) => [child, ...descendants(child)]);
}

export function memory(pid: number): Memory {
  const status = read(`/proc/${pid}/status`);
  const kibibytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { resident: kibibytes('VmRSS') * 1024, highest: kibibytes('VmHWM') * 1024 };
}

/** CPU seconds the whole machine has spent at work, stolen time included; undefined where there is no /proc. */
export function machineBusy(): number | undefined {
  const fields = /^cpu +(.*)$/m.exec(read('/proc/stat'))?.[1]?.split(' ').map(Number);
  if (!fields) return undefined;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) / TICKS;
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A process that has ended meanwhile reads as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
