import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DistError } from '../errors.ts';
import { journalCorrupt, journalFormat } from './journal-errors.ts';
import { decodeLine, type HeaderRecord, JOURNAL_FORMAT, type JournalRecord } from './journal-record.ts';
import { applyRecord, type EffectState, type EffectStates } from './journal-state.ts';

export const JOURNAL_NAME = 'journal.ndjson';

export interface JournalContent {
  readonly file: string;
  /** Absent when there is no journal, or nothing of it survived. */
  readonly header: HeaderRecord | undefined;
  readonly records: readonly JournalRecord[];
  readonly effects: EffectStates;
  /** Bytes of the good lines at the start. */
  readonly length: number;
  /** Set when good lines follow a damaged one: not torn by a crash, but spoilt later. Everything above is what stands before it. */
  readonly problem: DistError | undefined;
}

/** The records up to the first damaged line; a torn end is what a crash leaves and no problem. Throws for an unknown format. */
export async function readJournal(directory: string): Promise<JournalContent> {
  const file = join(directory, JOURNAL_NAME);
  return parseJournal(await readIfThere(file), file);
}

/** As above, of bytes; `file` is where they are from, for errors. */
export function parseJournal(bytes: Buffer, file: string): JournalContent {
  const { lines, length, problem } = goodLines(bytes, file);
  const [header, ...records] = lines;
  if (header && (header.type !== 'journal' || header.format !== JOURNAL_FORMAT))
    throw journalFormat(file, 'format' in header ? header.format : undefined);
  const effectRecords = records.filter((record) => record.type !== 'journal');
  return { file, header, records: effectRecords, effects: statesOf(effectRecords), length, problem };
}

function statesOf(records: readonly JournalRecord[]): EffectStates {
  const states = new Map<string, EffectState>();
  for (const [index, record] of records.entries()) applyRecord(states, record, index + 1);
  return states;
}

interface GoodLines {
  readonly lines: readonly (HeaderRecord | JournalRecord)[];
  readonly length: number;
  readonly problem: DistError | undefined;
}

function goodLines(bytes: Buffer, file: string): GoodLines {
  const lines: (HeaderRecord | JournalRecord)[] = [];
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    const record = end === -1 ? undefined : decodeLine(bytes.toString('utf8', start, end));
    if (!record) break;
    lines.push(record);
    start = end + 1;
  }
  const problem = hasGoodLine(bytes.subarray(start)) ? journalCorrupt(file, lines.length + 1) : undefined;
  return { lines, length: start, problem };
}

/** A line counts once its line feed is there: it is the last byte of every append. */
function hasGoodLine(rest: Buffer): boolean {
  const lines = rest.toString('utf8').split('\n').slice(0, -1);
  return lines.some((line) => decodeLine(line) !== undefined);
}

async function readIfThere(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
