import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Release } from '../model/release.ts';
import { exitCodeOf, problemsOf } from '../report/problem.ts';
import { atomicWrite } from './atomic-write.ts';

/** `run.json`: how the last run over a release ended. Always written, also after a failure. */
export interface RunRecord {
  readonly schema: 1;
  readonly product: string;
  readonly version: string;
  readonly command: string;
  readonly outcome: 'ok' | 'failed';
  readonly exit: number;
  readonly problems: readonly unknown[];
  /** What the command has to tell, e.g. the effects of a publish. */
  readonly summary?: unknown;
}

export const RUN_RECORD_NAME = 'run.json';

export interface RunOutcome {
  readonly command: string;
  readonly summary?: unknown;
  readonly error?: unknown;
}

export function writeRunRecord(stateDir: string, release: Release, outcome: RunOutcome, redact: (text: string) => string): void {
  const failed = outcome.error !== undefined;
  const record: RunRecord = {
    schema: 1,
    product: release.product,
    version: release.version,
    command: outcome.command,
    outcome: failed ? 'failed' : 'ok',
    exit: failed ? exitCodeOf(outcome.error) : 0,
    problems: failed ? problemsOf(outcome.error) : [],
    ...(outcome.summary === undefined ? {} : { summary: outcome.summary }),
  };
  mkdirSync(stateDir, { recursive: true });
  atomicWrite(join(stateDir, RUN_RECORD_NAME), `${redact(JSON.stringify(record, null, 2))}\n`);
}

/** The last record; undefined when there is none, or none that can be read: it only informs. */
export function readRunRecord(stateDir: string): RunRecord | undefined {
  const file = join(stateDir, RUN_RECORD_NAME);
  if (!existsSync(file)) return undefined;
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as RunRecord | null;
    return record?.schema === 1 ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
