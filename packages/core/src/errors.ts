/** The one family of errors people see. */

export interface Where {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Dotted configuration key, artifact, registry or path. */
  readonly subject?: string;
}

/** Exit codes of the command line. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  preflight: 3,
  validation: 4,
  partlyPublic: 5,
  rollbackIncomplete: 6,
  locked: 7,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface DistErrorOptions {
  readonly exit?: ExitCode;
  readonly where?: Where;
  readonly hint?: string;
  readonly cause?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A problem with a stable code. The message says the failed action, the quoted value, a colon and the state found; no full stop. */
export class DistError extends Error {
  override readonly name = 'DistError';
  readonly code: string;
  readonly exit: ExitCode;
  readonly where: Where | undefined;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string, options: DistErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exit = options.exit ?? EXIT.failed;
    this.where = options.where;
    this.hint = options.hint;
    this.data = options.data;
  }
}

/** Several problems of one step, collected so that all are shown together. The exit code is the first one's. */
export class DistErrors extends DistError {
  readonly errors: readonly DistError[];

  constructor(errors: readonly DistError[]) {
    const [first] = errors;
    if (!first) throw new RangeError('DistErrors needs at least one error');
    super(first.code, errors.map((error) => error.message).join('\n'), { exit: first.exit });
    this.errors = errors;
  }
}

/** Throws what was collected: nothing, the one error, or all of them. */
export function throwCollected(errors: readonly DistError[]): void {
  const [first] = errors;
  if (!first) return;
  throw errors.length === 1 ? first : new DistErrors(errors);
}

/** Failures of things done side by side as one error, the exit code the first one's. */
export function together(errors: readonly unknown[]): Error {
  return errors.every((error) => error instanceof DistError) ? new DistErrors(errors) : new AggregateError(errors, `${errors.length} things failed`);
}
