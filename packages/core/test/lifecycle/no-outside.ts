import type { EffectContext } from '../../src/effect.ts';

/** For jobs and effects that use neither. */
export const noOutside: Pick<EffectContext, 'http' | 'key'> = {
  http: () => Promise.reject(new Error('no test here asks a server')),
  key: (id) => {
    throw new Error(`no test here signs with ${id}`);
  },
};
