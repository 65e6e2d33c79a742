import type { AnyEffect, Log } from '../effect.ts';
import type { DistError } from '../errors.ts';
import { effectIdentity } from './effect-identity.ts';

/** Whoever makes the change: one entry under `publish:`. */
export interface EffectInstance {
  readonly id: string;
  /** `name@version` of its plugin. */
  readonly plugin: string;
  readonly options: unknown;
  readonly log: Log;
}

/**
 * `done` by this call; `known` done by an earlier run; `moved` done by an earlier run and replaced by somebody since, left alone; `found` there
 * although we never began it; `doubt` possibly made and not to be
 * repeated; `held` not begun, since something else failed; `dry` only shown.
 */
export type EffectOutcome = 'done' | 'known' | 'moved' | 'found' | 'doubt' | 'failed' | 'held' | 'dry';

/** One effect of a run, for the report and `run.json`. */
export interface EffectSummary {
  readonly id: string;
  readonly instance: string;
  readonly effect: string;
  readonly key: string;
  readonly description: string;
  readonly visible: boolean;
  readonly irreversible: boolean;
  readonly state: 'waiting' | 'running' | EffectOutcome;
  readonly error?: DistError;
}

/** One call of an effect: what is fixed about it, and how far it is. */
export interface Change {
  readonly instance: EffectInstance;
  readonly effect: AnyEffect;
  readonly input: unknown;
  summary: EffectSummary;
  promise: Promise<unknown>;
}

export function summaryOf(instance: EffectInstance, effect: AnyEffect, input: unknown): EffectSummary {
  return {
    ...effectIdentity(instance.id, effect, input),
    instance: instance.id,
    effect: effect.name,
    description: effect.describe(input),
    visible: effect.visible === true,
    irreversible: effect.irreversible !== undefined,
    state: 'waiting',
  };
}
