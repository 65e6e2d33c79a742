import { join } from 'node:path';
import type { ProductConfig } from '../config/config.ts';
import { acquireLock } from './lock.ts';
import { sha256OfBytes } from './recipe.ts';
import type { RunContext } from './run-context.ts';
import { type RunOutcome, writeRunRecord } from './run-record.ts';

export interface GuardOptions {
  /** `--break-lock`: take over a lock of another machine. */
  readonly breakLock?: boolean;
}

/** Does a command's work on a release while nobody else can, with its log and record in the release's state folder. */
export async function guarded<Result>(run: RunContext, command: string, options: GuardOptions, work: () => Promise<Result>): Promise<Result> {
  return withLocks([run.stateDir, lockFolder(run.product, run.outputDir)], options, () => recorded(run, command, work));
}

/** Where the lock of an output folder is: not in it, since it is published and cleaned. */
export function lockFolder({ paths }: Pick<ProductConfig, 'paths'>, outputDir: string): string {
  return join(paths.state, 'locks', sha256OfBytes(outputDir).slice(0, 16));
}

/** Holds the locks of all the folders during the work. */
export async function withLocks<Result>(folders: readonly string[], options: GuardOptions, work: () => Promise<Result>): Promise<Result> {
  const [first, ...others] = folders;
  if (first === undefined) return work();
  const lock = await acquireLock(first, options);
  try {
    return await withLocks(others, options, work);
  } finally {
    await lock.release();
  }
}

async function recorded<Result>(run: RunContext, command: string, work: () => Promise<Result>): Promise<Result> {
  run.report.attach({ logFile: join(run.stateDir, 'build.log') });
  try {
    const summary = await work();
    record(run, { command, summary: recordable(summary) });
    return summary;
  } catch (error) {
    record(run, { command, error: run.signal.aborted ? run.signal.reason : error });
    throw error;
  }
}

/** What happened has happened: a record that cannot be written changes neither the outcome nor what people are told about it. */
function record({ stateDir, plan, redact, report }: RunContext, outcome: RunOutcome): void {
  try {
    writeRunRecord(stateDir, plan.release, outcome, redact);
  } catch (error) {
    report.warn(`Cannot record this run: ${error instanceof Error ? error.message : error}`);
  }
}

/** Artifacts are in release.json already: the record names them, and keeps what only the run knows. */
function recordable(summary: unknown): unknown {
  if (typeof summary !== 'object' || summary === null || !('artifacts' in summary)) return summary;
  return { ...summary, artifacts: (summary as { artifacts: readonly { name: string }[] }).artifacts.map(({ name }) => name) };
}
