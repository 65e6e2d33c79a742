import type { AnyEffect, EffectContext } from '../effect.ts';
import { DistError } from '../errors.ts';
import { canonicalJson, mapStrings, plain } from './canonical-json.ts';
import { betweenCrashPoints } from './crash-point.ts';
import type { EffectTools } from './effect-perform.ts';
import type { EffectState } from './journal-state.ts';
import { withRetry } from './retry.ts';

/** One change taken back, from what the journal knows of it to the durable note that it is gone. */

/**
 * `reverted` now, or found gone; `moved`: it is not as we left it, somebody else's now, and left alone; `irreversible` stands and cannot be
 * taken back; `doubt`: nobody can look whether it is there; `found`: it
 * was there when the journal began, so that nobody knows what it replaced.
 */
export type RevertOutcome = 'reverted' | 'moved' | 'irreversible' | 'doubt' | 'found';

/** What a plugin says when it finds somebody else's change in the place of ours; a `probe` made for publishing calls it an obstacle. */
const MOVED: ReadonlySet<string> = new Set(['object-changed', 'object-differs', 'pointer-moved']);

export async function revertEffect(effect: AnyEffect, state: EffectState, tools: EffectTools): Promise<RevertOutcome> {
  try {
    return await takeBack(effect, state, tools);
  } catch (error) {
    if (isMoved(error)) return 'moved';
    throw error;
  }
}

async function takeBack(effect: AnyEffect, state: EffectState, tools: EffectTools): Promise<RevertOutcome> {
  if (state.found) return await leaveFound(effect, state, tools);
  if (state.state !== 'done') return await revertDoubtful(effect, state, tools);
  if (!effect.probe) return effect.irreversible === undefined ? await revert(effect, state, tools) : 'irreversible';
  if ((await probe(effect, state, tools)) === undefined) return await revertMissing(effect, state, tools);
  return effect.irreversible === undefined ? await revert(effect, state, tools) : 'irreversible';
}

/** What the public was shown by others may have been taken back by them; what nobody sees is left without a look. */
async function leaveFound(effect: AnyEffect, state: EffectState, tools: EffectTools): Promise<RevertOutcome> {
  if (!state.visible || !effect.probe || (await probe(effect, state, tools)) !== undefined) return 'found';
  return await gone(state, tools);
}

/** Begun by a run that crashed, or failed with an open end. What is there after all is taken for done. */
async function revertDoubtful(effect: AnyEffect, state: EffectState, tools: EffectTools): Promise<RevertOutcome> {
  if (!effect.probe) return 'doubt';
  const found = await probe(effect, state, tools);
  if (found === undefined) return await gone(state, tools);
  await tools.journal.append({ type: 'done', id: state.id, at: tools.now(), result: found });
  return await takeBack(effect, { ...state, state: 'done', result: found }, tools);
}

/**
 * The change is not there as we made it: taken back by a rollback that crashed, or by hand; or replaced. What it had replaced tells which.
 * Else only a revert of our own that was begun may be half done, and is done again: it leaves alone what is not ours.
 */
async function revertMissing(effect: AnyEffect, state: EffectState, tools: EffectTools): Promise<RevertOutcome> {
  const isGone = effect.before ? await isAsBefore(effect, state, tools) : effect.irreversible !== undefined;
  if (isGone) return await gone(state, tools);
  return state.reverting && effect.irreversible === undefined ? await revert(effect, state, tools) : 'moved';
}

async function isAsBefore(effect: AnyEffect, state: EffectState, { journal, context, retry }: EffectTools): Promise<boolean> {
  const read = async () => effect.before?.(state.input, { ...context, before: undefined });
  const now = plain(await withRetry(read, { ...retry, repeatable: true })) ?? null;
  return now === null || canonicalJson(mapStrings(now, journal.redact)) === canonicalJson(state.before ?? null);
}

async function revert(effect: AnyEffect, state: EffectState, tools: EffectTools): Promise<RevertOutcome> {
  const { journal, retry, now } = tools;
  if (!state.reverting) await journal.append({ type: 'reverting', id: state.id, at: now() });
  const attempt = () => betweenCrashPoints(`revert ${effect.name}`, async () => effect.revert?.(state.input, state.result, contextOf(state, tools)));
  try {
    await withRetry(attempt, { ...retry, repeatable: true });
  } catch (error) {
    if (!isMoved(error)) throw error;
    // nothing was taken back, and nothing of it is in doubt
    await journal.append({ type: 'done', id: state.id, at: now(), result: state.result });
    return 'moved';
  }
  return await gone(state, tools);
}

async function gone({ id }: EffectState, { journal, now }: EffectTools): Promise<RevertOutcome> {
  await journal.append({ type: 'reverted', id, at: now() });
  return 'reverted';
}

async function probe(effect: AnyEffect, state: EffectState, tools: EffectTools): Promise<unknown> {
  const look = async () => effect.probe?.(state.input, contextOf(state, tools));
  return plain(await withRetry(look, { ...tools.retry, repeatable: true }));
}

function contextOf(state: EffectState, { context }: EffectTools): EffectContext {
  return { ...context, before: state.before };
}

function isMoved(error: unknown): boolean {
  return (error instanceof DistError && MOVED.has(error.code)) || (error instanceof Error && error.name === 'PreconditionFailed');
}
