import { together } from '../errors.ts';

/** Runs tasks with at most `size` at a time, in the order they were added. */
export class Pool {
  readonly #size: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`Cannot make a pool of ${size}: it must be a positive whole number`);
    this.#size = size;
  }

  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#size) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** Waits for all, also after a failure, so that nothing runs on unseen; then throws the first failure in the order given. */
export async function settleAll<Result>(promises: readonly Promise<Result>[]): Promise<Result[]> {
  const outcomes = await Promise.allSettled(promises);
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  const real = failed.find((outcome) => !isAbort(outcome.reason)) ?? failed[0];
  if (real) throw real.reason;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** As `settleAll`, but throws every different failure, together. */
export async function settleEvery<Result>(promises: readonly Promise<Result>[]): Promise<Result[]> {
  const outcomes = await Promise.allSettled(promises);
  const reasons = [...new Set(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : [])))];
  const real = reasons.filter((reason) => !isAbort(reason));
  const [first, ...others] = real.length > 0 ? real : reasons;
  if (others.length > 0) throw together([first, ...others]);
  if (reasons.length > 0) throw first;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
