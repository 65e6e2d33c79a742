import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { DistError } from '../errors.ts';
import { mapStrings, plain } from './canonical-json.ts';
import { crashPoint } from './crash-point.ts';
import { journalOfOther, journalUnwritable } from './journal-errors.ts';
import { type JournalContent, readJournal } from './journal-read.ts';
import { encodeLine, JOURNAL_FORMAT, type JournalRecord } from './journal-record.ts';
import { applyRecord, type EffectState, type EffectStates } from './journal-state.ts';

export interface JournalOwner {
  readonly product: string;
  readonly version: string;
}

export interface Journal {
  readonly file: string;
  /** What every text passes on its way into the journal. */
  readonly redact: (text: string) => string;
  /** By identity; a record counts once it is durable. */
  readonly effects: EffectStates;
  /** Records so far, the durable ones. */
  count(): number;
  /** Resolves when the records are on the disk. Appends of one tick share one sync. After a failed write every append fails. */
  append(...records: readonly JournalRecord[]): Promise<void>;
  /** Waits for what was appended. */
  close(): Promise<void>;
}

/** Opens the journal of a release for appending, makes it if there is none, and cuts off what a crash tore. */
export async function openJournal(directory: string, owner: JournalOwner, redact: (text: string) => string): Promise<Journal> {
  await mkdir(directory, { recursive: true });
  const content = await readJournal(directory);
  if (content.problem) throw content.problem;
  checkOwner(content, owner);
  const handle = await open(content.file, 'a');
  await handle.truncate(content.length);
  const journal = createJournal(content, handle, redact);
  if (!content.header) await journal.write([encodeLine({ type: 'journal', format: JOURNAL_FORMAT, ...owner })]);
  await syncDirectories(directory);
  return journal;
}

function checkOwner({ file, header }: JournalContent, owner: JournalOwner): void {
  if (!header || (header.product === owner.product && header.version === owner.version)) return;
  throw journalOfOther(file, `${header.product} ${header.version}`, `${owner.product} ${owner.version}`);
}

interface Batch {
  readonly records: readonly JournalRecord[];
  readonly resolve: () => void;
  readonly reject: (error: DistError) => void;
}

function createJournal(content: JournalContent, handle: FileHandle, redact: (text: string) => string) {
  const effects = new Map<string, EffectState>(content.effects);
  let count = content.records.length;
  let queue: Batch[] = [];
  let flushing: Promise<void> | undefined;
  let broken: DistError | undefined;

  async function write(lines: readonly string[]): Promise<void> {
    try {
      crashPoint('before journal append');
      await handle.appendFile(lines.join(''));
      crashPoint('before journal sync');
      await handle.datasync();
      crashPoint('after journal sync');
    } catch (error) {
      // After a failed sync nobody knows what the disk holds: stop, let the next run read it anew.
      broken = journalUnwritable(content.file, error);
      throw broken;
    }
  }

  async function flush(): Promise<void> {
    await nextTick();
    while (queue.length > 0) {
      const batches = queue;
      queue = [];
      await settle(batches);
    }
    flushing = undefined;
  }

  async function settle(batches: readonly Batch[]): Promise<void> {
    const records = batches.flatMap((batch) => batch.records);
    try {
      if (broken) throw broken;
      await write(records.map(encodeLine));
    } catch (error) {
      for (const batch of batches) batch.reject(error as DistError);
      return;
    }
    for (const record of records) applyRecord(effects, record, ++count);
    for (const batch of batches) batch.resolve();
  }

  function append(...records: readonly JournalRecord[]): Promise<void> {
    const redacted = records.map((record) => redactRecord(record, redact));
    return new Promise((resolve, reject) => {
      queue.push({ records: redacted, resolve, reject });
      flushing ??= flush();
    });
  }

  async function close(): Promise<void> {
    await flushing;
    await handle.close();
  }

  return { file: content.file, redact, effects, count: () => count, append, close, write };
}

/** What identifies the record stays: no secret can be in it, and a redactor may take anything for one. */
function redactRecord(record: JournalRecord, redact: (text: string) => string): JournalRecord {
  const { type, id, at, ...content } = plain(record);
  return { type, id, at, ...(mapStrings(content, redact) as object) } as JournalRecord;
}

/** The journal's name and its folder's name must outlive a crash as well. Windows cannot sync directories. */
async function syncDirectories(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (const path of [directory, dirname(directory)]) {
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
  }
}
