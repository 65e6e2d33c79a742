import { setImmediate as nextTick } from 'node:timers/promises';
import { throwCollected } from '../errors.ts';
import { withFacts } from '../versions/release-facts.ts';
import type { ResolvedChannel } from './channels.ts';
import { type GuardOptions, guarded } from './guarded.ts';
import type { Journal } from './journal.ts';
import { openReleaseJournal, readReleaseJournal } from './journal-open.ts';
import { readJournal } from './journal-read.ts';
import type { EffectStates } from './journal-state.ts';
import { type ChannelOutcome, notifyAll } from './notify.ts';
import { nobodyTold, notToldOf } from './notify-errors.ts';
import { type MessageTexts, releaseMessage } from './notify-message.ts';
import { roundOf } from './notify-occasion.ts';
import { announcedAs, type MessageType } from './notify-type.ts';
import { preflight } from './preflight.ts';
import type { PublishTarget } from './publish.ts';
import { recordTargets, writeRecords } from './record.ts';
import type { RunContext } from './run-context.ts';

/** Announces a release: as the end of another command, or as a command of its own. */

export interface NotifyRelease extends MessageTexts {
  /** Default: release or pre-release, by the version. */
  readonly type?: MessageType;
  /** The release's, when the command has it open; else it is opened here. */
  readonly journal?: Journal;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  /** For dry runs: a publishing would come before it. */
  readonly anew?: boolean;
}

export interface NotifySummary {
  readonly name: string;
  readonly version: string;
  readonly dryRun: boolean;
  readonly type: MessageType;
  readonly title: string;
  /** In the order of the configuration. */
  readonly channels: readonly ChannelSummary[];
}

export type ChannelSummary = Omit<ChannelOutcome, 'error' | 'effects' | 'inputs'> & {
  readonly error?: string;
  readonly effects: readonly { readonly effect: string; readonly key: string; readonly description: string; readonly state: string }[];
  /** What would be sent; in dry runs only. */
  readonly inputs?: readonly unknown[];
};

/**
 * Tells every channel that is told of such messages, each once per release. Rejects for nothing a channel does: that is a warning and in the
 * summary. The caller holds the release's lock.
 */
export async function notifyRelease(run: RunContext, options: NotifyRelease = {}): Promise<NotifySummary> {
  const { outcomes, summary } = await told(run, options);
  for (const { id, error } of outcomes) if (error) run.report.warn(error.message, id);
  return summary;
}

export interface AnnounceOptions extends Omit<NotifyRelease, 'journal'>, GuardOptions {
  /** Ids that must be told, not merely may. */
  readonly channels: readonly string[];
  /** Told everything before an error is thrown. */
  readonly show: (summary: NotifySummary) => void;
}

/** The command: what a channel fails with is what it ends with, exit code 1. */
export async function announce(given: RunContext, options: AnnounceOptions): Promise<NotifySummary> {
  const run = options.body === undefined ? await withFacts(given) : given;
  const type = options.type ?? announcedAs(run.plan.release);
  refuseUntold(run, type, options.channels);
  if (options.dryRun) {
    const { summary } = await told(run, options);
    options.show(summary);
    return summary;
  }
  return guarded(run, 'notify', options, async () => {
    await preflight(run, { builders: false, registries: false, channels: true });
    const { outcomes, summary } = await told(run, options);
    options.show(summary);
    throwCollected(outcomes.flatMap(({ error }) => error ?? []));
    return summary;
  });
}

/** A filter that matches nobody is a mistake, and so is one that names somebody who is not told. */
function refuseUntold(run: RunContext, type: MessageType, named: readonly string[]): void {
  const { release } = run.plan;
  if (release.snapshot) throw nobodyTold(release, type, { state: SNAPSHOT, hint: 'give the release a version' });
  for (const { instance } of run.channels)
    if (named.includes(instance.id) && !instance.on.includes(type)) throw notToldOf(instance.id, type, instance.on);
  if (chosen(run, type).length > 0) return;
  const [state, hint] =
    run.channels.length === 0
      ? ['nothing is under "notify:"', 'describe a channel there']
      : ['no channel is told of it', `add "${type}" to the "on" of one`];
  throw nobodyTold(release, type, { state, hint });
}

const SNAPSHOT = 'snapshots are announced to nobody';

function chosen(run: RunContext, type: MessageType): readonly ResolvedChannel[] {
  return run.channels.filter((channel) => reasonAgainst(run, type, channel) === undefined);
}

function reasonAgainst({ selection, plan }: RunContext, type: MessageType, { instance: { id, on } }: ResolvedChannel): string | undefined {
  if (plan.release.snapshot) return SNAPSHOT;
  const leftOut = selection.leftOut('notify', id) ?? selection.stepLeftOut('notify');
  return leftOut ?? (on.includes(type) ? undefined : `it is not told of ${type} messages`);
}

interface Told {
  readonly outcomes: readonly ChannelOutcome[];
  readonly summary: NotifySummary;
}

async function told(run: RunContext, options: NotifyRelease): Promise<Told> {
  const type = options.type ?? announcedAs(run.plan.release);
  const channels = chosen(run, type);
  if (channels.length === 0) return tellWith(run, { options, type, channels, known: new Map(), round: 0 });
  const keepers = recordTargets(run);
  if (options.dryRun) {
    const { effects, records } = await readReleaseJournal(run, keepers);
    return tellWith(run, { options, type, channels, known: effects, round: roundOf(records, options.anew) });
  }
  if (options.journal) return tellKept(run, { options, type, channels, journal: options.journal, keepers });
  const journal = await openReleaseJournal(run, keepers);
  try {
    return await tellKept(run, { options, type, channels, journal, keepers });
  } finally {
    await journal.close();
  }
}

/**
 * What is told is stored where the journal is kept, and that it is about to be told before: another machine must not tell it again. A command
 * that has the journal open stores it at its end.
 */
async function tellKept(run: RunContext, { keepers, ...telling }: Omit<Telling, 'known' | 'round' | 'begun'> & Kept): Promise<Told> {
  const { journal, options } = telling;
  const count = journal.count();
  const begun = once(() => writeRecords(run, keepers));
  const round = roundOf((await readJournal(run.stateDir)).records);
  try {
    return await tellWith(run, { ...telling, known: journal.effects, round, begun });
  } finally {
    if (!options.journal && journal.count() > count) await writeRecords(run, keepers);
  }
}

/** One action for all who ask before it starts: channels begin side by side, and their intents are durable at the same time. */
function once(action: () => Promise<void>): () => Promise<void> {
  let waiting: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  const next = async (): Promise<void> => {
    await Promise.all([last, nextTick()]);
    waiting = undefined;
    last = action();
    await last;
  };
  return () => (waiting ??= next());
}

interface Kept {
  readonly journal: Journal;
  readonly keepers: readonly PublishTarget[];
}

interface Telling {
  readonly options: NotifyRelease;
  readonly type: MessageType;
  readonly channels: readonly ResolvedChannel[];
  readonly journal?: Journal;
  readonly known: EffectStates;
  readonly round: number;
  /** Called when it is durable here that a message is about to be sent. */
  readonly begun?: () => Promise<void>;
}

async function tellWith(run: RunContext, { options, type, channels, journal, known, round, begun }: Telling): Promise<Told> {
  const message = releaseMessage(run, type, options, known);
  const again = options.again === true;
  const outcomes = await notifyAll(run, { message, channels, told: known, round, again, ...(journal && { journal }), ...(begun && { begun }) });
  run.signal.throwIfAborted();
  const { name, version } = run.plan.release;
  const dryRun = options.dryRun === true;
  const summaries = run.channels.map((channel) => summaryOf(run, { type, channel, dryRun }, outcomes));
  return { outcomes, summary: { name, version, dryRun, type, title: message.title, channels: summaries } };
}

function summaryOf(
  run: RunContext,
  { type, channel, dryRun }: { readonly type: MessageType; readonly channel: ResolvedChannel; readonly dryRun: boolean },
  outcomes: readonly ChannelOutcome[],
): ChannelSummary {
  const { id, use } = channel.instance;
  const outcome = outcomes.find((one) => one.id === id);
  if (!outcome) return { id, use, state: 'skipped', reason: reasonAgainst(run, type, channel) ?? 'it was not asked', effects: [] };
  const { error, effects, inputs, ...rest } = outcome;
  const shown = effects.map(({ effect, key, description, state }) => ({ effect, key, description, state }));
  return { ...rest, ...(error && { error: error.message }), effects: shown, ...(dryRun && { inputs }) };
}
