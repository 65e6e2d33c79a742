import { crc32 } from 'node:zlib';

/** What the journal holds: one record a line, in the order things happened. */

/** Raised when a record changes its meaning; new optional fields do not raise it. */
export const JOURNAL_FORMAT = 1;

/** First record: whose journal it is. */
export interface HeaderRecord {
  readonly type: 'journal';
  readonly format: number;
  readonly product: string;
  readonly version: string;
}

interface EffectRecord {
  /** Identity of the effect, as a digest of instance, effect and key. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The intent: durable before the change is made. */
export interface BeginRecord extends EffectRecord {
  readonly type: 'begin';
  readonly instance: string;
  /** `name@version` of the plugin. */
  readonly plugin: string;
  readonly effect: string;
  readonly key: string;
  readonly description: string;
  readonly visible: boolean;
  readonly input: unknown;
  /** As parsed; secrets are `***`. */
  readonly options: unknown;
  /** What the change is about to replace. */
  readonly before?: unknown;
  /** Made on the way back: a later rollback does not undo it. */
  readonly phase?: 'rollback';
}

export interface DoneRecord extends EffectRecord {
  readonly type: 'done';
  readonly result?: unknown;
  /** It was there before we ever began: another run, or somebody else, made it. */
  readonly found?: true;
}

export interface FailedRecord extends EffectRecord {
  readonly type: 'failed';
  readonly code: string;
  readonly message: string;
  /** Whether the change surely was not made. */
  readonly certain: boolean;
}

/** The intent to take it back: without a `reverted` after it nobody knows how far that got, and it is taken back again. */
export interface RevertingRecord extends EffectRecord {
  readonly type: 'reverting';
}

export interface RevertedRecord extends EffectRecord {
  readonly type: 'reverted';
}

/** A release began to publish, and is going to tell of it. */
export interface StartRecord {
  readonly type: 'start';
  /** `run`, which no effect has. */
  readonly id: 'run';
  readonly at: string;
  readonly announce: true;
}

/** How a command over the release ended. One that is killed leaves none. */
export interface EndRecord {
  readonly type: 'end';
  /** `run`, which no effect has. */
  readonly id: 'run';
  readonly at: string;
  readonly command: 'publish' | 'rollback';
  readonly outcome: 'ok' | 'failed';
  /** How a rollback went back; absent = undo. */
  readonly mode?: 'retarget' | 'forward';
  /** The registries that went back, when some were left out. */
  readonly only?: readonly string[];
}

export type JournalRecord = BeginRecord | DoneRecord | FailedRecord | RevertingRecord | RevertedRecord | StartRecord | EndRecord;

const RECORD_TYPES: ReadonlySet<unknown> = new Set(['journal', 'begin', 'done', 'failed', 'reverting', 'reverted', 'start', 'end']);

/** `{"crc":"1c291ca3","record":{…}}`: JSON as a whole, with the checksum over the bytes of the record. */
export function encodeLine(record: HeaderRecord | JournalRecord): string {
  const text = JSON.stringify(record);
  return `{"crc":"${checksum(text)}","record":${text}}\n`;
}

/** Undefined when the line is damaged. */
export function decodeLine(line: string): HeaderRecord | JournalRecord | undefined {
  const [, crc, text] = /^\{"crc":"([0-9a-f]{8})","record":(.*)\}$/s.exec(line) ?? [];
  if (text === undefined || checksum(text) !== crc) return undefined;
  const record = parsed(text) as HeaderRecord | JournalRecord | null | undefined;
  return record && RECORD_TYPES.has(record.type) ? record : undefined;
}

/** A checksum is no seal: what a registry kept may be anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
