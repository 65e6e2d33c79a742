import { join } from 'node:path';
import type { Platform } from '../model/platform.ts';
import type { RunContext } from './run-context.ts';

/** Flat folder for the outputs of a platform's builders; the `{build}` of `contents`. */
export function buildDirOf({ plan: { release }, product }: Pick<RunContext, 'plan' | 'product'>, platform: Platform): string {
  return join(product.paths.state, 'build', `${release.product}-${release.version}`, platform.name);
}
