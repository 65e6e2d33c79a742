import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { atomicWrite } from './atomic-write.ts';
import { messageOf } from './effect-errors.ts';
import { type Journal, openJournal } from './journal.ts';
import { JOURNAL_NAME, type JournalContent, parseJournal, readJournal } from './journal-read.ts';
import type { EndRecord } from './journal-record.ts';
import { lastEnd } from './journal-summary.ts';
import type { PublishTarget } from './publish.ts';
import { type FoundRecord, journalText, readRecord, writeRecords } from './record.ts';
import { mergeRecords } from './record-merge.ts';
import type { RunContext } from './run-context.ts';

/** The journal of a run's release: the one here, with what registries keep of other machines. */

/** For writing. What registries keep is brought here first. */
export async function openReleaseJournal(run: RunContext, keepers: readonly PublishTarget[]): Promise<Journal> {
  const { product, version } = run.plan.release;
  await bringJournal(run, keepers);
  return openJournal(run.stateDir, { product, version }, run.redact);
}

/** For reading; changes nothing here. */
export async function readReleaseJournal(run: RunContext, keepers: readonly PublishTarget[]): Promise<JournalContent> {
  const joined = await joinKept(run, keepers);
  return joined ? parseJournal(Buffer.from(joined.text), joined.file) : readJournal(run.stateDir);
}

/**
 * Ends a command over the release: what happened is stored by the keepers, then noted here, so that who finds the note need not look whether it
 * was stored. A run that did nothing new notes nothing.
 */
export async function closeRun(run: RunContext, journal: Journal, { begun, keepers, ...ended }: Ended): Promise<void> {
  const { records } = await readJournal(run.stateDir);
  if (journal.count() === begun && isLast(lastEnd(records), ended)) return writeRecords(run, keepers);
  const end: EndRecord = { type: 'end', id: 'run', at: new Date().toISOString(), ...ended };
  await writeRecords(run, keepers, end);
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

/** Adds to the journal here what registries keep beyond it. The caller holds the release's lock and has not opened the journal. */
export async function bringJournal(run: RunContext, keepers: readonly PublishTarget[]): Promise<void> {
  const joined = await joinKept(run, keepers);
  if (!joined) return;
  mkdirSync(run.stateDir, { recursive: true });
  atomicWrite(joined.file, joined.text);
  run.report.info(`goes on from the journal kept in ${joined.from.map((id) => `"${id}"`).join(' and ')}`);
}

interface Joined {
  readonly file: string;
  readonly text: string;
  /** The registries whose records were not all here. */
  readonly from: readonly string[];
}

/** Undefined when nothing is kept that is not here, or when the one here is none to add to, which those who open it refuse. */
async function joinKept(run: RunContext, keepers: readonly PublishTarget[]): Promise<Joined | undefined> {
  const here = await readJournal(run.stateDir);
  const { product, version } = run.plan.release;
  if (here.problem || (here.header && (here.header.product !== product || here.header.version !== version))) return undefined;
  let { header, records } = here;
  const from: string[] = [];
  for (const { id, content } of await keptRecords(run, keepers)) {
    const merged = mergeRecords(records, content.records);
    if (header && merged === records) continue;
    from.push(id);
    records = merged;
    header ??= content.header;
  }
  return from.length === 0 ? undefined : { file: here.file, text: journalText(header, records), from };
}

/** One that is damaged or out of reach stops only who has no other: a registry that is down must not keep people from going back. */
async function keptRecords(run: RunContext, keepers: readonly PublishTarget[]): Promise<readonly FoundRecord[]> {
  const kept: FoundRecord[] = [];
  for (const target of keepers) {
    const found = await readRecord(run, target).catch((error: unknown) => {
      run.signal.throwIfAborted();
      if (!hasJournal(run.stateDir)) throw error;
      run.report.warn(`${messageOf(error)}; the journal here is used`, target.id);
    });
    if (found) kept.push(found);
  }
  return kept;
}

/** Of several products those that have a journal here; all when none has. */
export function runsWithJournal(runs: readonly RunContext[]): readonly RunContext[] {
  const found = runs.filter(({ stateDir }) => hasJournal(stateDir));
  return found.length > 0 ? found : runs;
}
