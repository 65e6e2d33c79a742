import type { ChildProcess } from 'node:child_process';

/** Git's transports (git-remote-https, ssh) outlive git: the whole process group ends with the call. */

/** Milliseconds between SIGTERM and SIGKILL; less than the run itself has after a signal. */
const GRACE = 3000;

/** Whether a child gets a group of its own; on Windows it would get a window. */
export const OWN_GROUP: boolean = process.platform !== 'win32';

/** Ends the group when `signal` aborts or this process exits. The returned function lets go of a group that ended by itself. */
export function endWith(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = () => {
    endGroup(child, 'SIGKILL');
    // who left the group may hold them open
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const stop = () => {
    endGroup(child, 'SIGTERM');
    timer = setTimeout(kill, GRACE);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  process.once('exit', kill);
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    process.off('exit', kill);
  };
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (!OWN_GROUP) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // macOS says EPERM of a group of which only zombies are left
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
