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
