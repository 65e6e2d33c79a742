import type { PackageInstance } from '../config/config.ts';
import type { Plan, PlannedDistribution } from '../model/plan.ts';
import { matchesPlatform } from '../model/selector.ts';

/**
 * The tree documentation is taken from: the first variant's, on the first platform whose text files do not have the line ends of Windows, as
 * far as `isThere` lets it. Undefined when there is none.
 */
export function docsPlace(
  { arch, platforms: selectors, variants: names }: PackageInstance,
  { platforms, variants }: Pick<Plan, 'platforms' | 'variants'>,
  isThere: (place: PlannedDistribution) => boolean = () => true,
): PlannedDistribution | undefined {
  const own = platforms.filter((platform) => selectors?.some((selector) => matchesPlatform(selector, platform)) ?? true);
  const rows = arch === 'all' ? [undefined] : own.toSorted((a, b) => Number(a.os === 'windows') - Number(b.os === 'windows'));
  const columns = variants.length === 0 ? [undefined] : variants.filter((name) => names?.includes(name) ?? true);
  return columns.flatMap((variant) => rows.map((platform) => ({ platform, variant }))).find(isThere);
}
