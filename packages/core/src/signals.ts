import { DistError, EXIT } from './errors.ts';

// what a request or a child process gets to end by itself
const GRACE_MS = 5000;

export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM; its reason is a DistError with the exit code. */
  readonly signal: AbortSignal;
  readonly dispose: () => void;
}

/** Listens to SIGINT and SIGTERM: the first aborts and gives the run five seconds, the second exits at once. */
export function onInterrupt(exit: (code: number) => void = process.exit): Interruption {
  const controller = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  const interrupt = listener('SIGINT', EXIT.interrupted);
  const terminate = listener('SIGTERM', EXIT.terminated);
  process.on('SIGINT', interrupt).on('SIGTERM', terminate);
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(deadline);
      process.off('SIGINT', interrupt).off('SIGTERM', terminate);
    },
  };

  function listener(name: NodeJS.Signals, code: typeof EXIT.interrupted | typeof EXIT.terminated): () => void {
    return () => {
      if (controller.signal.aborted) return exit(code);
      deadline = setTimeout(() => exit(code), GRACE_MS).unref();
      controller.abort(interrupted(name, code));
    };
  }
}

/** Aborts with a DistError after `milliseconds`. */
export function timeLimit(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const reason = new DistError('timeout', `Cannot finish within "${milliseconds / 1000} s": the time limit has passed`, {
    hint: 'give it longer with --timeout; finished artifacts are kept',
  });
  setTimeout(() => controller.abort(reason), milliseconds).unref();
  return controller.signal;
}

function interrupted(name: NodeJS.Signals, code: typeof EXIT.interrupted | typeof EXIT.terminated): DistError {
  return new DistError('interrupted', `Stopped by ${name}`, { exit: code, hint: 'run the same command again to go on where it stopped' });
}
