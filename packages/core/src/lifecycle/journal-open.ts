import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { atomicWrite } from './atomic-write.ts';
import { type Journal, openJournal } from './journal.ts';
import { JOURNAL_NAME, type JournalContent, readJournal } from './journal-read.ts';
import type { EndRecord } from './journal-record.ts';
import { lastEnd } from './journal-summary.ts';
import type { PublishTarget } from './publish.ts';
import { readRecords, writeRecords } from './record.ts';
import type { RunContext } from './run-context.ts';

/** The journal of a run's release: the one here, else the one a registry keeps. */

/** For writing. What a registry keeps is brought here first. */
export async function openReleaseJournal(run: RunContext, keepers: readonly PublishTarget[]): Promise<Journal> {
  const { product, version } = run.plan.release;
  await bringJournal(run, keepers);
  return openJournal(run.stateDir, { product, version }, run.redact);
}

/** For reading; changes nothing here. */
export async function readReleaseJournal(run: RunContext, keepers: readonly PublishTarget[]): Promise<JournalContent> {
  if (hasJournal(run.stateDir)) return readJournal(run.stateDir);
  return (await readRecords(run, keepers))?.content ?? readJournal(run.stateDir);
}

/**
 * Ends a command over the release: what happened is stored by the keepers, then noted here, so that who finds the note need not look whether it
 * was stored. A run that did nothing new notes nothing.
 */
export async function closeRun(run: RunContext, journal: Journal, { begun, keepers, ...ended }: Ended): Promise<void> {
  const { records } = await readJournal(run.stateDir);
  if (journal.count() === begun && isLast(lastEnd(records), ended)) return writeRecords(run, keepers, { compare: true });
  const end: EndRecord = { type: 'end', id: 'run', at: new Date().toISOString(), ...ended };
  await writeRecords(run, keepers, { end });
  try {
    await journal.append(end);
  } catch (error) {
    // what happened has happened
    run.report.warn(error instanceof Error ? error.message : String(error));
  }
}

interface Ended extends Omit<EndRecord, 'type' | 'id' | 'at'> {
  /** Records there were when the command began. */
  readonly begun: number;
  readonly keepers: readonly PublishTarget[];
}

function isLast(last: EndRecord | undefined, { command, outcome, mode }: Omit<Ended, 'begun' | 'keepers'>): boolean {
  return last?.command === command && last.outcome === outcome && last.mode === mode;
}

/** Also an empty one: that is as far as a run came. */
export function hasJournal(stateDir: string): boolean {
  return existsSync(join(stateDir, JOURNAL_NAME));
}

/** The one a registry keeps, when there is none here. */
export async function bringJournal(run: RunContext, keepers: readonly PublishTarget[]): Promise<void> {
  if (hasJournal(run.stateDir)) return;
  const found = await readRecords(run, keepers);
  if (!found) return;
  mkdirSync(run.stateDir, { recursive: true });
  atomicWrite(join(run.stateDir, JOURNAL_NAME), found.bytes);
  run.report.info(`goes on from the journal kept in "${found.id}"`);
}

/** Of several products those that have a journal here; all when none has. */
export function runsWithJournal(runs: readonly RunContext[]): readonly RunContext[] {
  const found = runs.filter(({ stateDir }) => hasJournal(stateDir));
  return found.length > 0 ? found : runs;
}
