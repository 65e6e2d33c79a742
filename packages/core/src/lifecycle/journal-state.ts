import type { BeginRecord, JournalRecord } from './journal-record.ts';

/** What the journal tells of one effect, from all its records. */
export interface EffectState extends Omit<BeginRecord, 'type' | 'at'> {
  readonly state: 'begun' | 'done' | 'failed' | 'reverted';
  /** Count of records up to the one that made the state: the order to undo in, from the highest. An attempt to take it back does not change it. */
  readonly order: number;
  readonly result?: unknown;
  readonly found?: true;
  /** Taking it back was begun, and is not known to be over. */
  readonly reverting?: true;
  /** Set when the last attempt failed. */
  readonly failure?: { readonly code: string; readonly message: string; readonly certain: boolean };
}

export type EffectStates = ReadonlyMap<string, EffectState>;

/** Adds a record to what is known; one that speaks of an effect never begun is ignored. */
export function applyRecord(states: Map<string, EffectState>, record: JournalRecord, order: number): void {
  const next = record.type === 'begin' ? begun(record, order) : after(states.get(record.id), record, order);
  if (next) states.set(record.id, next);
}

/** Whether a change may have been made without our knowing. */
export function isInDoubt(state: EffectState | undefined): boolean {
  return state?.state === 'begun' || state?.reverting === true || (state?.state === 'failed' && state.failure?.certain === false);
}

function begun({ type: _type, at: _at, ...begin }: BeginRecord, order: number): EffectState {
  return { ...begin, state: 'begun', order };
}

function after(earlier: EffectState | undefined, record: Exclude<JournalRecord, BeginRecord>, order: number): EffectState | undefined {
  if (!earlier || record.type === 'end' || record.type === 'start') return undefined;
  if (record.type === 'reverting') return { ...earlier, reverting: true };
  const { reverting: _over, ...rest } = earlier;
  if (record.type === 'reverted') return { ...rest, state: 'reverted', order };
  if (record.type === 'done') return { ...rest, state: 'done', order, result: record.result, ...(record.found && { found: record.found }) };
  const { code, message, certain } = record;
  return { ...rest, state: 'failed', order, failure: { code, message, certain } };
}
