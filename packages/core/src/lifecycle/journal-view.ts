import { statSync } from 'node:fs';
import type { ProductConfig } from '../config/config.ts';
import { DistError, EXIT } from '../errors.ts';
import { type FoundJournal, findJournals } from './journal-find.ts';
import type { JournalContent } from './journal-read.ts';
import type { JournalRecord } from './journal-record.ts';
import { type EffectState, isInDoubt } from './journal-state.ts';
import { type JournalSummary, summarise } from './journal-summary.ts';
import { channelIdOf } from './notify-occasion.ts';
import { readRecords, recordTargets } from './record.ts';
import type { RunContext } from './run-context.ts';

/** A journal as people and programs read it. */
export interface JournalView extends JournalSummary {
  readonly product: string;
  readonly version: string;
  /** The file, or the registry that keeps it. */
  readonly from: string;
  readonly changes: readonly ChangeView[];
  readonly effects: readonly EffectState[];
  readonly records: readonly JournalRecord[];
  /** What of the file cannot be read. */
  readonly damage?: string;
}

export interface ChangeView {
  /** When it was begun last, ISO 8601. */
  readonly at: string;
  readonly registry: string;
  readonly change: string;
  readonly became: 'done' | 'found' | 'in doubt' | 'failed' | 'reverted' | 'half reverted';
  /** From its beginning to its end; absent when that is not known. */
  readonly seconds?: number;
}

/** Those of a version, one per product; without a version the only one there is. Empty when there is none of the version. */
export async function localJournals(products: readonly ProductConfig[], version: string | undefined): Promise<readonly JournalView[]> {
  const found = await findJournals(products, version);
  if (version === undefined && found.length !== 1) throw whichJournal(found);
  return found.map(({ content }) => viewOf(content, content.file, damageOf(content)));
}

/** The one a registry keeps. */
export async function keptJournal(run: RunContext): Promise<JournalView> {
  const keepers = recordTargets(run);
  const found = await readRecords(run, keepers);
  if (!found) throw noJournal(run.plan.release, keepers);
  return viewOf(found.content, found.id, undefined);
}

function viewOf(content: JournalContent, from: string, damage: string | undefined): JournalView {
  const { header, records, effects } = content;
  const states = [...effects.values()];
  return {
    ...{ product: header?.product ?? '', version: header?.version ?? '', from, ...summarise(content) },
    changes: states.map((state) => changeView(state, records)),
    ...{ effects: states, records, ...(damage !== undefined && { damage }) },
  };
}

function changeView(state: EffectState, records: readonly JournalRecord[]): ChangeView {
  const own = records.filter(({ id }) => id === state.id);
  const began = own.findLast(({ type }) => type === 'begin')?.at ?? '';
  const ended = own.findLast(({ type }) => type === 'done' || type === 'failed')?.at;
  const seconds = ended === undefined ? Number.NaN : (Date.parse(ended) - Date.parse(began)) / 1000;
  const channel = channelIdOf(state.instance);
  return {
    at: began,
    registry: channel === undefined ? state.instance : `${channel} (notify)`,
    change: state.description,
    became: became(state),
    ...(seconds >= 0 && { seconds }),
  };
}

function became(state: EffectState): ChangeView['became'] {
  if (state.reverting) return 'half reverted';
  if (state.state === 'begun' || isInDoubt(state)) return 'in doubt';
  return state.state === 'done' && state.found ? 'found' : state.state;
}

function damageOf({ file, length, problem }: JournalContent): string | undefined {
  if (problem) return `${problem.message}: what stands after it is left out`;
  const torn = statSync(file).size - length;
  return torn === 0 ? undefined : `the last line is torn (${torn} bytes), as a crash leaves it: it is left out`;
}

function whichJournal(found: readonly FoundJournal[]): DistError {
  const names = found.map(({ product, version }) => `${product} ${version}`).join(', ');
  return new DistError('which-journal', `Cannot show the journal: ${found.length === 0 ? 'there is none here' : `there are those of ${names}`}`, {
    exit: EXIT.usage,
    hint: 'choose one with --version',
  });
}

function noJournal({ name, version }: RunContext['plan']['release'], keepers: readonly { readonly id: string }[]): DistError {
  const elsewhere = keepers.length === 0 ? '' : `, nor in ${keepers.map(({ id }) => `"${id}"`).join(', ')}`;
  return new DistError('no-journal', `Cannot show the journal of ${name} ${version}: there is none here${elsewhere}`, { exit: EXIT.usage });
}
