import { appendFileSync } from 'node:fs';

/**
 * A switch for tests, never for use: where a process can die so that a crash matters. `PROVISIONING_DIST_CRASH=<n>` kills the process at the
 * n-th point it comes to (from 1), as a power cut would; `PROVISIONING_DIST_CRASH=log:<file>` appends the name of every point to the file.
 * With `PROVISIONING_DIST_SLOTS=1` effects run one at a time, and the points come in the same order every time.
 */
const SWITCH = process.env.PROVISIONING_DIST_CRASH ?? '';

const LOG = SWITCH.startsWith('log:') ? SWITCH.slice('log:'.length) : undefined;
const FATAL = Number(SWITCH);

let count = 0;

/** Does nothing unless the switch is set. */
export function crashPoint(name: string): void {
  if (SWITCH === '') return;
  count++;
  if (LOG !== undefined) appendFileSync(LOG, `${name}\n`);
  // no handler, timer or microtask runs after it
  else if (count === FATAL) process.kill(process.pid, 'SIGKILL');
}

/** The action between two crash points. */
export async function betweenCrashPoints<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
  crashPoint(`before ${name}`);
  const result = await action();
  crashPoint(`after ${name}`);
  return result;
}
