import { join } from 'node:path';
import { DistError, throwCollected } from '../errors.ts';
import type { RegistryJob } from '../jobs.ts';
import { betweenCrashPoints } from './crash-point.ts';
import { messageOf } from './effect-errors.ts';
import { JOURNAL_NAME, type JournalContent, parseJournal, readJournal } from './journal-read.ts';
import { type EndRecord, encodeLine, type HeaderRecord, type JournalRecord } from './journal-record.ts';
import { lookingJob } from './looking-job.ts';
import type { PublishTarget } from './publish.ts';
import { publishTargets } from './publish-targets.ts';
import { recordBroken, recordOfOther, recordUnreadable, recordUnsupported } from './record-errors.ts';
import { mergeRecords } from './record-merge.ts';
import type { ResolvedRegistry } from './registries.ts';
import { RETRY, withRetry } from './retry.ts';
import type { RunContext } from './run-context.ts';

/** The journal as registries keep it, so that another machine can go on or go back. */

/**
 * Those that say so; without any, the first in the configuration that can. Whether this run publishes to them does not matter: what it does
 * elsewhere must be known as well. Snapshots are kept nowhere.
 */
export function recordTargets(run: RunContext): readonly PublishTarget[] {
  const marked = run.registries.filter(({ instance }) => instance.record);
  throwCollected(marked.filter((one) => !canKeep(one)).map(({ instance, provided }) => recordUnsupported(instance, provided.definition.record)));
  if (run.plan.release.snapshot) return [];
  const first = run.registries.find(canKeep);
  const ids = marked.length > 0 ? marked.map(({ instance }) => instance.id) : first ? [first.instance.id] : [];
  return publishTargets(run).filter(({ id }) => ids.includes(id));
}

function canKeep({ provided: { definition }, options }: ResolvedRegistry): boolean {
  return definition.record !== undefined && definition.record.can?.(options) !== false;
}

/** Stores what the journal holds now, and `end` after it. What happened has happened: a failure is a warning. */
export async function writeRecords(run: RunContext, targets: readonly PublishTarget[], end?: EndRecord): Promise<void> {
  for (const target of targets) {
    try {
      await writeRecord(run, target, end);
    } catch (error) {
      run.report.warn(`Cannot keep the journal in "${target.id}": ${messageOf(error)}`, target.id);
    }
  }
}

/** What another machine stored meanwhile stays in it. */
async function writeRecord(run: RunContext, target: PublishTarget, end: EndRecord | undefined): Promise<void> {
  const kept = await soundRecord(run, target);
  const { header, records } = await readJournal(run.stateDir);
  const merged = mergeRecords([...records, ...(end ? [end] : [])], kept?.content.records ?? []);
  const bytes = Buffer.from(journalText(header, merged.map(withoutOptions)));
  if (kept && bytes.equals(kept.bytes)) return;
  await betweenCrashPoints(`record ${target.id}`, () => asked(run, () => target.definition.record?.write(jobFor(run, target), bytes)));
}

/** Nobody can use a damaged one: it may be replaced. */
async function soundRecord(run: RunContext, target: PublishTarget): Promise<FoundRecord | undefined> {
  return readRecord(run, target).catch((error: unknown) => {
    if (isBroken(error)) return undefined;
    throw error;
  });
}

function isBroken(error: unknown): boolean {
  return error instanceof DistError && error.code === 'record-broken';
}

/** They tell of this machine and its servers, and going back takes those of the day. */
function withoutOptions(record: JournalRecord): JournalRecord {
  return record.type === 'begin' ? { ...record, options: {} } : record;
}

export function journalText(header: HeaderRecord | undefined, records: readonly JournalRecord[]): string {
  return [...(header ? [header] : []), ...records].map(encodeLine).join('');
}

export interface FoundRecord {
  /** The registry it is from. */
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly content: JournalContent;
}

/** The first record of the release that a registry has, checked; undefined when none has one. */
export async function readRecords(run: RunContext, targets: readonly PublishTarget[]): Promise<FoundRecord | undefined> {
  for (const target of targets) {
    const found = await readRecord(run, target);
    if (found) return found;
  }
  return undefined;
}

/** The one that a registry has. */
export async function readRecord(run: RunContext, target: PublishTarget): Promise<FoundRecord | undefined> {
  const bytes = await asked(run, () => target.definition.record?.read(jobFor(run, target))).catch((error: unknown) => {
    throw recordUnreadable(target.id, error);
  });
  return bytes && { id: target.id, bytes, content: checked(run, target.id, bytes) };
}

/** It comes from elsewhere: whole, of this release, and nothing but records. */
function checked({ plan: { release } }: RunContext, id: string, bytes: Uint8Array): JournalContent {
  const content = parseJournal(Buffer.from(bytes), join(id, JOURNAL_NAME));
  const { header, length, records } = content;
  if (!header || length !== bytes.length || !records.every(isWhole)) throw recordBroken(id);
  if (header.product !== release.product || header.version !== release.version)
    throw recordOfOther(id, `${header.product} ${header.version}`, release);
  return content;
}

function isWhole(record: JournalContent['records'][number]): boolean {
  const texts = record.type === 'begin' ? [record.instance, record.plugin, record.effect, record.key, record.description] : [];
  return [record.id, record.at, ...texts].every((text) => typeof text === 'string');
}

function asked<Answer>(run: RunContext, ask: () => Promise<Answer> | undefined): Promise<Answer | undefined> {
  return withRetry(async () => ask(), { policy: RETRY, signal: run.signal, repeatable: true });
}

/** It may write, but makes no effects: the record is about them. */
function jobFor(run: RunContext, target: PublishTarget): RegistryJob<unknown> {
  return { ...lookingJob(run, target), http: run.http };
}
