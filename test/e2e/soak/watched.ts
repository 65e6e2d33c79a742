import type { AnyEffect, EffectContext } from '@provisioning-dist/core';

/** Effects with a count of what each asked the network for. */
export interface Watched {
  readonly effects: ReadonlyMap<AnyEffect, AnyEffect>;
  /** Requests by instance and key of the effect. */
  readonly requests: ReadonlyMap<string, number>;
}

export function watched(originals: readonly AnyEffect[]): Watched {
  const requests = new Map<string, number>();
  const counting = (effect: AnyEffect, input: unknown, context: EffectContext): EffectContext => {
    const id = `${effect.name} ${effect.key?.(input)}`;
    const http: EffectContext['http'] = (...call) => {
      requests.set(id, (requests.get(id) ?? 0) + 1);
      return context.http(...call);
    };
    return { ...context, http };
  };
  const watch = (effect: AnyEffect): AnyEffect => {
    const { probe, before } = effect;
    return {
      ...effect,
      apply: (input, context) => effect.apply(input, counting(effect, input, context)),
      ...(probe && { probe: (input, context) => probe(input, counting(effect, input, context)) }),
      ...(before && { before: (input, context) => before(input, counting(effect, input, context)) }),
    };
  };
  return { effects: new Map(originals.map((effect) => [effect, watch(effect)])), requests };
}
