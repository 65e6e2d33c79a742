import type { KeyJob } from '@provisioning-dist/core';
import type { KeylessOptions } from './options.ts';

/** What signing without a key of one's own works with. */
export type KeylessJob = Pick<KeyJob<unknown>, 'id' | 'http' | 'signal'> & { readonly options: KeylessOptions };
