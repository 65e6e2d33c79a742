import type { PackageInstance } from '../config/config.ts';
import type { Plan, PlannedDistribution } from '../model/plan.ts';
import { matchesPlatform } from '../model/selector.ts';

/** The tree documentation is taken from: the first variant's, on the first platform whose text files do not have the line ends of Windows. */
export function docsPlace(instance: PackageInstance, { platforms, variants }: Pick<Plan, 'platforms' | 'variants'>): PlannedDistribution {
  const own = platforms.filter((platform) => instance.platforms?.some((selector) => matchesPlatform(selector, platform)) ?? true);
  const platform = instance.arch === 'all' ? undefined : (own.find(({ os }) => os !== 'windows') ?? own[0]);
  return { platform, variant: variants.find((name) => instance.variants?.includes(name) ?? true) };
}
