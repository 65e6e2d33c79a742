import { createHash } from 'node:crypto';
import type { AnyEffect } from '../effect.ts';
import { canonicalJson } from './canonical-json.ts';

/** What makes two calls the same change, in this run and every later one. */
export interface EffectIdentity {
  readonly id: string;
  readonly key: string;
}

export function effectIdentity(instance: string, effect: AnyEffect, input: unknown): EffectIdentity {
  const key = effect.key ? effect.key(input) : canonicalJson(input);
  const id = createHash('sha256')
    .update(JSON.stringify([instance, effect.name, key]))
    .digest('hex')
    .slice(0, 32);
  return { id, key };
}
