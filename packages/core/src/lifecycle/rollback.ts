import type { AnyEffect, EffectContext, Log } from '../effect.ts';
import type { DistError } from '../errors.ts';
import type { JournaledEffect, RollbackJob, RollbackMode } from '../jobs.ts';
import type { ArtifactRef } from '../model/artifact.ts';
import { messageOf } from './effect-errors.ts';
import type { EffectTools } from './effect-perform.ts';
import { type RevertOutcome, revertEffect } from './effect-revert.ts';
import type { Journal } from './journal.ts';
import type { EffectState } from './journal-state.ts';
import { isOurs, isStanding } from './journal-summary.ts';
import { RETRY, type RetryOptions, withRetry } from './retry.ts';
import { registryRollbackFailed, revertFailed, revertInterrupted, revertServed, revertUnknown } from './rollback-errors.ts';

/** Takes a release back by its journal, one change after the other. */

/** Who made changes of the release, and can take them back. */
export interface RollbackMember {
  /** The instance in the journal. */
  readonly id: string;
  readonly effects: readonly AnyEffect[];
  readonly options: unknown;
  readonly log: Log;
  /** The registry's own way back; answers true when it went it. Absent: by the journal alone. */
  readonly ownWay?: (more: Pick<RollbackJob<unknown>, 'journal' | 'undo'>) => Promise<true | undefined>;
  /** Asked once what the public sees is taken back: why clients still need the rest, or undefined when they do not. */
  readonly stillServed?: () => Promise<string | undefined>;
  /** Whose changes count for nobody's clients: what channels said is said. */
  readonly told?: boolean;
}

export interface RollbackRequest {
  /** In reverse of the order of publishing: the last wave first, and in it who needs others before these. */
  readonly waves: readonly (readonly RollbackMember[])[];
  readonly mode: RollbackMode;
  /** A dry run needs what it holds only. */
  readonly journal: Journal | Pick<Journal, 'effects'>;
  /** Nothing is asked for or changed. */
  readonly dry: boolean;
  readonly signal: AbortSignal;
  readonly file: EffectContext['file'];
  readonly http: EffectContext['http'];
  readonly key: EffectContext['key'];
  readonly on?: (event: RollbackEvent) => void;
  readonly retry?: Partial<Omit<RetryOptions, 'repeatable' | 'signal'>>;
  readonly now?: () => string;
}

/**
 * As `RevertOutcome`; `failed`; `held`: not begun, since what sends clients to it stands, or since it was interrupted; `dry`: only shown.
 */
export type UndoState = RevertOutcome | 'failed' | 'held' | 'dry';

/** One change of the journal and what became of it. */
export interface Undone {
  readonly id: string;
  readonly instance: string;
  readonly effect: string;
  readonly key: string;
  readonly description: string;
  readonly visible: boolean;
  readonly told: boolean;
  readonly state: UndoState;
  /** What people can do about one that stands. */
  readonly manual?: string;
  readonly error?: DistError;
  /** What it was made for, where its input says so. */
  readonly artifact?: ArtifactRef;
}

export type RollbackEvent =
  | { readonly type: 'start'; readonly state: EffectState }
  | { readonly type: 'end'; readonly undone: Undone }
  | { readonly type: 'retry'; readonly state: EffectState; readonly delay: number; readonly error: unknown };

export interface RollbackOutcome {
  readonly registries: readonly { readonly id: string; readonly state: 'done' | 'own' | 'failed'; readonly error?: DistError }[];
  readonly effects: readonly Undone[];
}

/** Never rejects for what a registry does: the outcome tells. */
export async function rollBack(request: RollbackRequest): Promise<RollbackOutcome> {
  const undone = new Map<string, Undone>();
  const failures = new Map<string, DistError>();
  const own = new Set<string>();
  for (const wave of request.waves) await rollBackWave({ request, undone, failures, own, served: new Map() }, wave);
  const effects = [...undone.values()];
  const registries = request.waves.flat().map(({ id }) => {
    const error = failures.get(id) ?? effects.find((one) => one.instance === id && one.error)?.error;
    return error ? ({ id, state: 'failed', error } as const) : ({ id, state: own.has(id) ? 'own' : 'done' } as const);
  });
  return { registries, effects };
}

interface Rollback {
  readonly request: RollbackRequest;
  readonly undone: Map<string, Undone>;
  readonly failures: Map<string, DistError>;
  /** Who went its own way back. */
  readonly own: Set<string>;
  /** Why clients still need what nobody sees, by registry. */
  readonly served: Map<string, string>;
}

/** What the public sees of anybody in the wave goes before what nobody sees. */
async function rollBackWave(rollback: Rollback, wave: readonly RollbackMember[]): Promise<void> {
  const ways: HalvedWay[] = [];
  for (const member of wave) {
    const way = inHalves((pause) => goBack(rollback, member, pause));
    await way.half;
    ways.push(way);
  }
  for (const way of ways) await way.whole();
}

async function goBack(rollback: Rollback, member: RollbackMember, pause: () => Promise<void>): Promise<void> {
  const undo = async (): Promise<void> => {
    await undoAll(rollback, member, true);
    await pause();
    await askServed(rollback, member);
    await undoAll(rollback, member, false);
  };
  if (!(await wentOwnWay(rollback, member, undo))) await undo();
}

/** Others may have sent clients here, and so may a run whose journal is not here. In a dry run what is to be taken back still stands. */
async function askServed({ request, undone, served }: Rollback, member: RollbackMember): Promise<void> {
  const { stillServed } = member;
  const visible = [...undone.values()].filter((one) => one.instance === member.id && one.visible);
  const hasHidden = statesOf(request, member).some((state) => !state.visible && isOurs(state));
  if (!stillServed || !hasHidden || request.signal.aborted || visible.some((one) => sendsClients(one) || one.state === 'dry')) return;
  const asking = withRetry(stillServed, { policy: RETRY, signal: request.signal, ...request.retry, repeatable: true });
  const reason = await asking.catch((cause: unknown) => `nobody can tell what clients get: ${messageOf(cause)}`);
  if (reason !== undefined) served.set(member.id, reason);
}

interface HalvedWay {
  /** Settles when the way pauses, or ends without. */
  readonly half: Promise<void>;
  /** Goes on to its end. */
  readonly whole: () => Promise<void>;
}

function inHalves(way: (pause: () => Promise<void>) => Promise<void>): HalvedWay {
  let goOn = (): void => {};
  const rest = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let atHalf = (): void => {};
  const half = new Promise<void>((resolve) => {
    atHalf = resolve;
  });
  const pause = (): Promise<void> => {
    atHalf();
    return rest;
  };
  const end = way(pause).finally(atHalf);
  const whole = (): Promise<void> => {
    goOn();
    return end;
  };
  return { half, whole };
}

async function wentOwnWay(rollback: Rollback, member: RollbackMember, undo: () => Promise<void>): Promise<boolean> {
  const { request, failures, own } = rollback;
  const states = statesOf(request, member);
  if (!member.ownWay || request.signal.aborted || (request.mode === 'undo' && !states.some(isOurs))) return false;
  try {
    const answer = await member.ownWay({ journal: states.map(journaled), undo: () => undo().then(() => throwFailed(rollback, member)) });
    if (answer !== true) return false;
    own.add(member.id);
    await noteGone(rollback, member, states);
  } catch (cause) {
    failures.set(member.id, registryRollbackFailed(member.id, cause));
  }
  return true;
}

function throwFailed({ undone }: Rollback, member: RollbackMember): void {
  const failed = [...undone.values()].find(({ instance, error }) => instance === member.id && error);
  if (failed?.error) throw failed.error;
}

/** A registry that went back by itself has taken back what was there before; but nobody takes back what is irreversible. */
async function noteGone({ request, undone }: Rollback, member: RollbackMember, states: readonly EffectState[]): Promise<void> {
  if (request.mode !== 'undo') return;
  for (const state of states.filter((one) => isOurs(one) && !undone.has(one.id))) {
    const manual = member.effects.find(({ name }) => name === state.effect)?.irreversible;
    const outcome = request.dry ? 'dry' : manual === undefined ? 'reverted' : 'irreversible';
    if (outcome === 'reverted') await appendable(request).append({ type: 'reverted', id: state.id, at: now(request) });
    undone.set(state.id, undoneOf(state, member, { state: outcome, ...(manual !== undefined && { manual }) }));
  }
}

async function undoAll(rollback: Rollback, member: RollbackMember, visible: boolean): Promise<void> {
  const { request, undone } = rollback;
  for (const state of statesOf(request, member).toReversed()) {
    if (state.visible !== visible || undone.has(state.id) || !isStanding(state) || state.phase) continue;
    const result = await undoOne(rollback, member, state);
    undone.set(state.id, result);
    request.on?.({ type: 'end', undone: result });
  }
}

async function undoOne({ request, undone, served }: Rollback, member: RollbackMember, state: EffectState): Promise<Undone> {
  const effect = member.effects.find(({ name }) => name === state.effect);
  const manual = effect?.irreversible === undefined ? {} : { manual: effect.irreversible };
  const settled = (update: Pick<Undone, 'state' | 'error'>): Undone => undoneOf(state, member, { ...manual, ...update });
  if (state.found && (!state.visible || !effect || request.dry)) return settled({ state: 'found' });
  if (!effect) return settled({ state: 'failed', error: revertUnknown(state) });
  if (request.signal.aborted) return settled({ state: 'held', error: revertInterrupted(state, request.signal.reason) });
  // clients who are still sent here must find something
  if (!state.visible && [...undone.values()].some((one) => one.instance === member.id && sendsClients(one))) return settled({ state: 'held' });
  const reason = served.get(member.id);
  if (!state.visible && reason !== undefined) return settled({ state: 'held', error: revertServed(state, reason) });
  if (request.dry) return settled({ state: effect.irreversible === undefined ? 'dry' : 'irreversible' });
  request.on?.({ type: 'start', state });
  try {
    return settled({ state: await revertEffect(effect, state, toolsFor(request, member, state)) });
  } catch (cause) {
    if (request.signal.aborted) return settled({ state: 'held', error: revertInterrupted(state, request.signal.reason) });
    return settled({ state: 'failed', error: revertFailed(state, cause) });
  }
}

/** Stands, and may be taken back later. */
function sendsClients({ visible, state }: Undone): boolean {
  return visible && (state === 'failed' || state === 'found');
}

function undoneOf(state: EffectState, { told = false }: RollbackMember, update: Pick<Undone, 'state' | 'error' | 'manual'>): Undone {
  const { id, instance, effect, key, description, visible, input } = state;
  const artifact = artifactOf(input);
  return { id, instance, effect, key, description, visible, told, ...(artifact && { artifact }), ...update };
}

function artifactOf(input: unknown): ArtifactRef | undefined {
  const { name, size, sha256 } = (input as { readonly artifact?: Partial<ArtifactRef> } | null)?.artifact ?? {};
  return name === undefined || size === undefined || sha256 === undefined ? undefined : { name, size, sha256 };
}

/** What it made, in the order it was made. */
function statesOf({ journal }: RollbackRequest, member: RollbackMember): readonly EffectState[] {
  return [...journal.effects.values()].filter(({ instance }) => instance === member.id).sort((a, b) => a.order - b.order);
}

function journaled({ effect, key, input, result, before, state }: EffectState): JournaledEffect {
  return { effect, key, input, result, before, state };
}

function toolsFor(request: RollbackRequest, { effects, options, log }: RollbackMember, state: EffectState): EffectTools {
  const { signal, file, http, key, on } = request;
  return {
    journal: appendable(request),
    context: { options, log, signal, file, http, key },
    retry: { policy: RETRY, signal, onRetry: ({ delay, error }) => on?.({ type: 'retry', state, delay, error }), ...request.retry },
    now: () => now(request),
    definition: (name) => effects.find((effect) => effect.name === name),
  };
}

function appendable({ journal }: RollbackRequest): Journal {
  if (!('append' in journal)) throw new TypeError('Cannot take back anything without a journal to write to');
  return journal;
}

function now({ now: given }: RollbackRequest): string {
  return given?.() ?? new Date().toISOString();
}
