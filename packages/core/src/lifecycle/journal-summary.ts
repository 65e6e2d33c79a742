import type { JournalContent } from './journal-read.ts';
import type { EndRecord, JournalRecord } from './journal-record.ts';
import { type EffectState, isInDoubt } from './journal-state.ts';
import { channelIdOf } from './notify-occasion.ts';

/** `withdrawn`: still there, and clients are sent to another version. */
export type ReleaseState = 'nothing' | 'partly published' | 'published' | 'partly rolled back' | 'rolled back' | 'withdrawn';

/** What the journal tells of the release as a whole. */
export interface JournalSummary {
  readonly state: ReleaseState;
  /** Changes that stand. */
  readonly done: number;
  /** Of those, what the public sees or may see. */
  readonly public: number;
  readonly doubts: number;
  readonly reverted: number;
  /** People are to be told of it when it is published. */
  readonly announce: boolean;
}

export function summarise(journal: Pick<JournalContent, 'records' | 'effects'>): JournalSummary {
  // what was said of the release is not a part of it
  const states = [...journal.effects.values()].filter(({ instance }) => channelIdOf(instance) === undefined);
  const count = (test: (state: EffectState) => boolean): number => states.filter(test).length;
  return {
    state: states.length === 0 ? 'nothing' : stateOf(lastRun(journal.records), states),
    done: count(({ state }) => state === 'done'),
    public: count((state) => state.visible && isStanding(state)),
    doubts: count(isInDoubt),
    reverted: count(({ state }) => state === 'reverted'),
    announce: isAnnounced(journal.records),
  };
}

/** Whether the change is there, or may be. */
export function isStanding(state: EffectState): boolean {
  return state.state === 'done' || isInDoubt(state);
}

/** Whether a rollback has something to do about it: what was there before us is not ours, and what a rollback made stays. */
export function isOurs(state: EffectState): boolean {
  return isStanding(state) && state.found !== true && state.phase === undefined;
}

/** Whether the publishing under way, or the last one, is one that tells. */
export function isAnnounced(records: readonly JournalRecord[]): boolean {
  const last = records.findLastIndex(({ type }) => type === 'start');
  return last >= 0 && !records.slice(last).some((record) => record.type === 'end' && record.command === 'rollback');
}

/** How the last command over the release ended; undefined when it was killed, or is under way. */
export function lastEnd(records: readonly JournalRecord[]): EndRecord | undefined {
  return lastRun(records).end;
}

interface LastRun {
  readonly command: EndRecord['command'];
  /** Absent when it was killed or is under way. */
  readonly end?: EndRecord;
}

function lastRun(records: readonly JournalRecord[]): LastRun {
  let last: LastRun = { command: 'publish' };
  for (const record of records) {
    if (record.type === 'end') last = { command: record.command, end: record };
    else if (record.type === 'begin' && channelIdOf(record.instance) === undefined) last = { command: record.phase ?? 'publish' };
    else if (record.type === 'reverting') last = { command: 'rollback' };
  }
  return last;
}

function stateOf({ command, end }: LastRun, states: readonly EffectState[]): ReleaseState {
  const isOk = end?.outcome === 'ok';
  if (command === 'publish') return isOk ? 'published' : 'partly published';
  if (isOk && end.mode !== undefined) return 'withdrawn';
  return isOk && (end.only === undefined || !states.some(isOurs)) ? 'rolled back' : 'partly rolled back';
}
