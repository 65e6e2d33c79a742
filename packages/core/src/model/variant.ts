import type { VariantConfig } from '../config/config.ts';
import { type PathTest, treeTest } from './glob.ts';

/** Which destinations a variant keeps. A pattern that matches a directory speaks for all below it; `exclude` wins over `include`. */
export function variantTest(variant: VariantConfig | undefined): PathTest {
  const included = variant?.include === undefined ? () => true : treeTest(variant.include);
  const excluded = treeTest(variant?.exclude ?? []);
  return (path) => included(path) && !excluded(path);
}
