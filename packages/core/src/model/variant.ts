import { type PathTest, treeTest } from './glob.ts';

/** What a variant keeps and leaves out; globs over destinations. */
export interface VariantGlobs {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** Which destinations a variant keeps. A pattern that matches a directory speaks for all below it; `exclude` wins over `include`. */
export function variantTest(variant: VariantGlobs | undefined): PathTest {
  const included = variant?.include === undefined ? () => true : treeTest(variant.include);
  const excluded = treeTest(variant?.exclude ?? []);
  return (path) => included(path) && !excluded(path);
}
