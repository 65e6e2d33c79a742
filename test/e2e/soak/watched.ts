import type { AnyEffect, EffectContext, Http } from '@provisioning-dist/core';

/** What was asked of the network for one thing. */
export interface Spent {
  readonly requests: number;
  /** Milliseconds. */
  readonly time: number;
}

/** Effects with an account of what each asked the network for. */
export interface Watched {
  readonly effects: ReadonlyMap<AnyEffect, AnyEffect>;
  /** By name and key of the effect. */
  readonly spent: ReadonlyMap<string, Spent>;
}

export function idOf({ effect, key }: { readonly effect: string; readonly key: string }): string {
  return `${effect} ${key}`;
}

/** Adds what every call takes to the account. */
export function metered(http: Http, account: Map<string, Spent>, id: string): Http {
  return async (...call) => {
    const began = performance.now();
    try {
      return await http(...call);
    } finally {
      const { requests, time } = account.get(id) ?? { requests: 0, time: 0 };
      account.set(id, { requests: requests + 1, time: time + performance.now() - began });
    }
  };
}

export function watched(originals: readonly AnyEffect[]): Watched {
  const spent = new Map<string, Spent>();
  const counting = (effect: AnyEffect, input: unknown, context: EffectContext): EffectContext => {
    const id = idOf({ effect: effect.name, key: effect.key?.(input) ?? '' });
    return { ...context, http: metered(context.http, spent, id) };
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
  return { effects: new Map(originals.map((effect) => [effect, watch(effect)])), spent };
}
