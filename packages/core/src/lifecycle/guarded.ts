import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from './lock.ts';
import { sha256OfBytes } from './recipe.ts';
import type { RunContext } from './run-context.ts';
import { writeRunRecord } from './run-record.ts';

export interface GuardOptions {
  /** `--break-lock`: take over a lock of another machine. */
  readonly breakLock?: boolean;
}

/** Does a command's work on a release while nobody else can, with its log and record in the release's state folder. */
export async function guarded<Result>(run: RunContext, command: string, options: GuardOptions, work: () => Promise<Result>): Promise<Result> {
  mkdirSync(run.stateDir, { recursive: true });
  const locks = [run.stateDir, join(run.product.paths.state, 'locks', sha256OfBytes(run.outputDir).slice(0, 16))];
  const held: { release: () => Promise<void> | void }[] = [];
  try {
    for (const folder of locks) held.push(await acquireLock(folder, options));
    return await recorded(run, command, work);
  } finally {
    for (const lock of held.reverse()) await lock.release();
  }
}

async function recorded<Result>(run: RunContext, command: string, work: () => Promise<Result>): Promise<Result> {
  run.report.attach({ logFile: join(run.stateDir, 'build.log') });
  try {
    const summary = await work();
    writeRunRecord(run.stateDir, run.plan.release, { command, summary: recordable(summary) }, run.redact);
    return summary;
  } catch (error) {
    writeRunRecord(run.stateDir, run.plan.release, { command, error: run.signal.aborted ? run.signal.reason : error }, run.redact);
    throw error;
  }
}

/** Artifacts are in release.json already: the record names them, and keeps what only the run knows. */
function recordable(summary: unknown): unknown {
  if (typeof summary !== 'object' || summary === null || !('artifacts' in summary)) return summary;
  return { ...summary, artifacts: (summary as { artifacts: readonly { name: string }[] }).artifacts.map(({ name }) => name) };
}
