import type { DistError } from '../errors.ts';
import type { ProductConfig } from './config.ts';
import { missingKey, sameProduct } from './errors.ts';
import { check } from './issues.ts';
import { mergeNodes, withoutKeys } from './merge.ts';
import { normalise, productsOf } from './normalise.ts';
import { type MapEntry, type MapNode, plain, positionAt } from './position.ts';
import { productSchema, type RawPaths, type RawTop } from './schema.ts';
import type { SecretReader } from './secret.ts';
import { productConfig } from './sections.ts';

/** Keys that speak about the whole file; everything else is a default of each product. */
const WHOLE_FILE = ['$schema', 'plugins', 'products'];

interface ProductSource {
  readonly top: RawTop;
  /** Before the short forms are written out, so that a list replaces a map. */
  readonly tree: MapNode;
  readonly folder: string;
  readonly secret: SecretReader;
}

function ownPaths(entry: MapEntry): RawPaths {
  const paths = entry.node.kind === 'map' ? entry.node.entries.get('paths') : undefined;
  return paths?.node.kind === 'map' ? (plain(paths.node) as RawPaths) : {};
}

function oneProduct(key: string, entry: MapEntry, { tree, folder, secret }: ProductSource, errors: DistError[]): ProductConfig | undefined {
  const merged = normalise(mergeNodes(withoutKeys(tree, ...WHOLE_FILE), entry.node) as MapNode);
  const { value, errors: found } = check(productSchema, plain(merged), merged);
  errors.push(...found);
  return value && productConfig({ key, raw: value, tree: { ...merged, at: entry.at }, ownPaths: ownPaths(entry), folder, secret }, errors);
}

function refuseTwins(products: readonly ProductConfig[], tree: MapNode, errors: DistError[]): void {
  const names = new Map<string, string>();
  for (const { product, name } of products) {
    const other = names.get(name.toLowerCase());
    if (other !== undefined) errors.push(sameProduct(positionAt(tree, ['products', product]), [other, product], name));
    else names.set(name.toLowerCase(), product);
  }
}

function refuseSharedFolders(products: readonly ProductConfig[], tree: MapNode, errors: DistError[]): void {
  const folders = new Map<string, string>();
  for (const { product, paths } of products) {
    for (const folder of [paths.packages, paths.dist]) {
      const other = folders.get(folder);
      if (other !== undefined) errors.push(sameProduct(positionAt(tree, ['products', product, 'paths']), [other, product], folder));
      folders.set(folder, product);
    }
  }
}

/** One record per product; without `products:` the configuration itself. Problems are added to `errors`. */
export function allProducts(source: ProductSource, errors: DistError[]): readonly ProductConfig[] {
  const { top, tree, folder, secret } = source;
  const node = productsOf(tree)?.node;
  if (!node) return [productConfig({ key: undefined, raw: top, tree: normalise(tree), ownPaths: top.paths ?? {}, folder, secret }, errors)];
  if (node.kind !== 'map' || node.entries.size === 0) {
    errors.push(missingKey(positionAt(tree, ['products', 'NAME']), 'name at least one product, or leave "products" out'));
    return [];
  }
  const products = [...node.entries].flatMap(([key, entry]) => oneProduct(key, entry, source, errors) ?? []);
  refuseTwins(products, tree, errors);
  refuseSharedFolders(products, tree, errors);
  return products;
}
