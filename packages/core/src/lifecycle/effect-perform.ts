import type { AnyEffect, EffectContext } from '../effect.ts';
import { DistError } from '../errors.ts';
import { canonicalJson, mapStrings, plain } from './canonical-json.ts';
import { betweenCrashPoints } from './crash-point.ts';
import type { Change, EffectOutcome } from './effect-change.ts';
import { messageOf } from './effect-errors.ts';
import type { Journal } from './journal.ts';
import type { BeginRecord } from './journal-record.ts';
import { type EffectState, isInDoubt } from './journal-state.ts';
import { classifyFailure, type RetryOptions, withRetry } from './retry.ts';

/** One effect, from what the journal knows of it to its durable result. */

export interface EffectTools {
  readonly journal: Journal;
  readonly context: Omit<EffectContext, 'before'>;
  readonly retry: Omit<RetryOptions, 'repeatable'>;
  readonly now: () => string;
  /** Stands in the intent. */
  readonly phase?: BeginRecord['phase'];
  /** Any effect the plugins declare, by its name. */
  readonly definition: (name: string) => AnyEffect | undefined;
  /** Waited for when the intent is durable, before the change is made; must not reject. */
  readonly begun?: () => Promise<void>;
}

export interface Performed {
  readonly outcome: EffectOutcome;
  readonly result: unknown;
}

export async function performEffect(change: Change, tools: EffectTools): Promise<Performed> {
  const { effect, input } = change;
  const known = tools.journal.effects.get(change.summary.id);
  if (known?.state === 'done' && !known.reverting && isSame(known, change, tools)) {
    const outcome = await lookAgain(change, tools, known);
    if (outcome !== undefined) return { outcome, result: known.result };
    return { outcome: 'done', result: await make(change, tools) };
  }
  if (isInDoubt(known) && !effect.probe && effect.onDoubt !== 'repeat') return { outcome: 'doubt', result: plain(effect.preview?.(input)) };
  const found = await probe(change, tools, isInDoubt(known) ? known?.before : undefined);
  if (found !== undefined) return await keepFound(change, tools, { found, begun: isInDoubt(known) });
  return { outcome: 'done', result: await make(change, tools) };
}

/**
 * What became of a change made earlier: still there, or left alone because somebody put something else in its place; undefined when it is
 * gone and is to be made again. Without a probe the journal is trusted. A hidden change cannot have been superseded, only lost.
 */
async function lookAgain(change: Change, tools: EffectTools, known: EffectState): Promise<'known' | 'moved' | undefined> {
  const { effect, input } = change;
  if (!effect.probe || (await probe(change, tools, known.before)) !== undefined) return 'known';
  if (!effect.visible) return undefined;
  if (!effect.before) return 'moved';
  const now = plain(await effect.before(input, { ...tools.context, before: undefined })) ?? null;
  const asBefore = now === null || canonicalJson(now) === canonicalJson(known.before ?? null);
  return asBefore || (await isSetByUs(change, tools, now)) ? undefined : 'moved';
}

/** Whether what is there was put there for this release too: clients were sent elsewhere, and are called back, or the other way round. */
async function isSetByUs(change: Change, tools: EffectTools, now: unknown): Promise<boolean> {
  const others = [...tools.journal.effects.values()].filter((state) => {
    return state.instance === change.instance.id && state.id !== change.summary.id && state.state === 'done' && !state.reverting && state.visible;
  });
  for (const state of others) if (await stillSets(state, tools, now)) return true;
  return false;
}

/** Of something else than `now` it says nothing. */
async function stillSets({ effect: name, input, before }: EffectState, tools: EffectTools, now: unknown): Promise<boolean> {
  const { context, definition } = tools;
  const effect = definition(name);
  if (!effect?.probe || !effect.before || (await effect.probe(input, { ...context, before })) === undefined) return false;
  const found = plain(await effect.before(input, { ...context, before: undefined }));
  return canonicalJson(found ?? null) === canonicalJson(now);
}

/** An effect that can look for itself does so when its input changed; for the others the identity alone decides. */
function isSame(known: EffectState, { effect, input }: Change, { journal }: EffectTools): boolean {
  return !effect.probe || canonicalJson(known.input) === canonicalJson(mapStrings(input, journal.redact));
}

async function probe(change: Change, { context, retry }: EffectTools, before: unknown): Promise<unknown> {
  const { effect, input } = change;
  return plain(await withRetry(async () => effect.probe?.(input, { ...context, before }), { ...retry, repeatable: true }));
}

async function keepFound(
  change: Change,
  tools: EffectTools,
  { found, begun }: { readonly found: unknown; readonly begun: boolean },
): Promise<Performed> {
  const done = { type: 'done', id: change.summary.id, at: tools.now(), result: found } as const;
  if (begun) await tools.journal.append(done);
  else await tools.journal.append(beginRecord(change, tools, undefined), { ...done, found: true });
  return { outcome: begun ? 'done' : 'found', result: found };
}

async function make(change: Change, tools: EffectTools): Promise<unknown> {
  const { effect, input } = change;
  const { journal, context, retry, now } = tools;
  const before = plain(await withRetry(async () => effect.before?.(input, { ...context, before: undefined }), { ...retry, repeatable: true }));
  await journal.append(beginRecord(change, tools, before));
  if (tools.begun) await waitForBegun(change, tools, tools.begun);
  const result = plain(await applyOrLook(change, tools, { ...context, before }));
  await journal.append({ type: 'done', id: change.summary.id, at: now(), result });
  return result;
}

/** Who is interrupted while waiting has surely not made the change. */
async function waitForBegun(change: Change, tools: EffectTools, begun: () => Promise<void>): Promise<void> {
  await begun();
  const { signal } = tools.context;
  if (signal.aborted) await recordFailure(change, tools, { error: signal.reason, certain: true });
  signal.throwIfAborted();
}

/** A failure is final only when the change is not there in spite of it. */
async function applyOrLook(change: Change, tools: EffectTools, context: EffectContext): Promise<unknown> {
  try {
    return await applyWithRetry(change, context, tools.retry);
  } catch (error) {
    const { certain, found } = await lookAfter(change, context, error);
    if (found !== undefined) return found;
    await recordFailure(change, tools, { error, certain });
    throw error;
  }
}

/** Whether the change surely was not made, or what it made. */
async function lookAfter(
  { effect, input }: Change,
  context: EffectContext,
  error: unknown,
): Promise<{ readonly certain: boolean; readonly found?: unknown }> {
  const { certain } = classifyFailure(error);
  if (certain || !effect.probe || context.signal.aborted) return { certain };
  const looked = await effect.probe(input, context).then(
    (found) => ({ certain: true, found }),
    () => ({ certain: false }),
  );
  return looked;
}

/** Best effort: without the record the effect is in doubt, and the error that matters is the one being recorded. */
async function recordFailure(
  { summary }: Change,
  { journal, now }: EffectTools,
  { error, certain }: { readonly error: unknown; readonly certain: boolean },
): Promise<void> {
  const code = error instanceof DistError ? error.code : 'effect-failed';
  await journal.append({ type: 'failed', id: summary.id, at: now(), code, message: messageOf(error), certain }).catch(() => {});
}

/** After an error that leaves open whether the change was made, it is looked for before it is made again. */
async function applyWithRetry({ effect, input }: Change, context: EffectContext, retry: Omit<RetryOptions, 'repeatable'>): Promise<unknown> {
  const repeatable = effect.probe !== undefined || effect.onDoubt === 'repeat';
  return await withRetry(
    async (attempt) => {
      const found = attempt === 1 ? undefined : await effect.probe?.(input, context);
      return found ?? (await betweenCrashPoints(`apply ${effect.name}`, () => effect.apply(input, context)));
    },
    { ...retry, repeatable },
  );
}

function beginRecord({ instance, effect, input, summary }: Change, { now, phase }: EffectTools, before: unknown): BeginRecord {
  const { id, key, description, visible } = summary;
  return {
    type: 'begin',
    id,
    at: now(),
    instance: instance.id,
    plugin: instance.plugin,
    effect: effect.name,
    key,
    description,
    visible,
    input,
    options: plain(instance.options),
    ...(before !== undefined && { before }),
    ...(phase && { phase }),
  };
}
