/** What a plugin must do, as cases for any test runner. */

export interface ConformanceCase {
  /** A sentence's end: `publishing twice changes nothing more`. */
  readonly name: string;
  /** Rejects when it does not hold. */
  readonly run: () => Promise<void>;
  /** Milliseconds it may take. */
  readonly timeout: number;
}

/** mocha's `it`, and those of others that look like it. */
export interface MochaLike {
  // biome-ignore lint/suspicious/noExplicitAny: runners give the function a context of their own and answer with a test or a promise
  readonly it: (name: string, run: () => Promise<void>, ...rest: any[]) => any;
}

/** One test per case, with time enough where the runner knows limits. */
export function describeConformance({ it }: MochaLike, cases: readonly ConformanceCase[]): void {
  for (const { name, run, timeout } of cases) {
    const test: { readonly timeout?: unknown } | undefined = it(name, run);
    if (typeof test?.timeout === 'function') test.timeout(timeout);
  }
}

export function conformanceCase(name: string, run: () => Promise<void>, timeout = 60_000): ConformanceCase {
  return { name, run, timeout };
}

/** Cases about something that is not always there. */
export function present(what: unknown, cases: () => readonly ConformanceCase[]): readonly ConformanceCase[] {
  return what === undefined ? [] : cases();
}

/** Requests that could have changed something. */
export function unsafeIn(world: { readonly log?: () => readonly { readonly unsafe: boolean }[] }): number {
  return world.log?.().filter(({ unsafe }) => unsafe).length ?? 0;
}
