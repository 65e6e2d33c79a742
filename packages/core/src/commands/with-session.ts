import { DistError, EXIT, together } from '../errors.ts';
import type { Session, SessionOptions } from '../lifecycle/session.ts';
import type { Report } from '../report/report.ts';

/** Opens a session for the work and closes it whatever happens. The lifecycle is loaded here, not with the command's flags. */
export async function withSession<Result>(
  options: SessionOptions,
  tools: { readonly report: Report; readonly signal: AbortSignal },
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { openSession } = await import('../lifecycle/session.ts');
  const session = await openSession(options, { ...tools, env: process.env });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/**
 * Does the work for every product: they are releases of their own, so one that fails keeps no other one back. Throws what failed, together;
 * a release of which a part is public comes first, and with it the exit code.
 */
export async function eachRun(
  { runs }: Pick<Session, 'runs'>,
  { signal }: { readonly signal: AbortSignal },
  work: (run: Session['runs'][number]) => Promise<void> | void,
): Promise<void> {
  const errors: unknown[] = [];
  for (const run of runs) {
    signal.throwIfAborted();
    try {
      await work(run);
    } catch (error) {
      errors.push(error);
    }
  }
  const [first, ...others] = [...errors.filter(isPartlyPublic), ...errors.filter((error) => !isPartlyPublic(error))];
  if (others.length > 0) throw together([first, ...others]);
  if (errors.length > 0) throw first;
}

function isPartlyPublic(error: unknown): boolean {
  return error instanceof DistError && error.exit === EXIT.partlyPublic;
}
