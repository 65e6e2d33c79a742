import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ProductConfig } from '../config/config.ts';
import { versionOfTag } from '../model/version.ts';
import { type GuardOptions, lockFolder, withLocks } from './guarded.ts';
import { cleanOutputFolder, namesOfOurs } from './output-folder.ts';
import { removeTree } from './remove-tree.ts';

const STAGED = '.manifest.json';

export interface CleanOptions {
  readonly dryRun: boolean;
  readonly outputDir?: string | undefined;
}

/** While no other run works in the product's folders. */
export async function cleanGuarded(product: ProductConfig, options: CleanOptions & GuardOptions): Promise<readonly string[]> {
  const folders = new Set([product.paths.packages, outputOf(product, options)].map((folder) => lockFolder(product, folder)));
  return options.dryRun ? cleanProduct(product, options) : withLocks([...folders], options, async () => cleanProduct(product, options));
}

function outputOf({ paths }: ProductConfig, { outputDir }: CleanOptions): string {
  return outputDir === undefined ? paths.packages : resolve(outputDir);
}

/** Deletes a product's artifacts, staged trees and build folders; returns their paths. Journals and records stay. */
export function cleanProduct(product: ProductConfig, options: CleanOptions): readonly string[] {
  const packages = outputOf(product, options);
  const names = namesOfOurs(packages).map((name) => join(packages, name));
  const trees = stagedTrees(product).filter((path) => existsSync(path));
  const manifests = stagedManifests(product);
  const builds = buildFolders(product);
  if (!options.dryRun) {
    cleanOutputFolder(packages);
    for (const path of [...trees, ...builds]) removeTree(path);
    for (const path of manifests) rmSync(path);
  }
  return [...names, ...trees, ...manifests, ...builds];
}

/** A staged tree is a folder with its manifest beside it. */
function stagedTrees(product: ProductConfig): readonly string[] {
  return stagedManifests(product).map((path) => path.slice(0, -STAGED.length));
}

function stagedManifests({ name: product, paths: { dist } }: ProductConfig): readonly string[] {
  return namesIn(dist).flatMap((name) => (name.startsWith(`${product}-`) && name.endsWith(STAGED) ? [join(dist, name)] : []));
}

/** Of every version of this product: another one's name may begin like ours. */
function buildFolders({ product, paths: { state } }: ProductConfig): readonly string[] {
  const folder = join(state, 'build');
  return namesIn(folder).flatMap((name) => (versionOfTag(name, `${product}-`) === undefined ? [] : [join(folder, name)]));
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
