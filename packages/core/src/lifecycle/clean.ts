import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ProductConfig } from '../config/config.ts';
import { cleanOutputFolder, inspectOutputFolder, MARKER_NAME } from './output-folder.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME } from './plan.ts';
import { removeTree } from './staged-tree.ts';

export interface CleanOptions {
  readonly dryRun: boolean;
  readonly outputDir?: string | undefined;
}

/** Deletes a product's artifacts, staged trees and build folders; returns their paths. Journals and records stay. */
export function cleanProduct(product: ProductConfig, { dryRun, outputDir }: CleanOptions): readonly string[] {
  const packages = outputDir === undefined ? product.paths.packages : resolve(outputDir);
  const names = listed(packages);
  const others = [...stagedTrees(product), join(product.paths.state, 'build')].filter((path) => existsSync(path));
  if (!dryRun) {
    cleanOutputFolder(packages);
    for (const path of others) removeTree(path);
  }
  return [...names, ...others];
}

function listed(folder: string): readonly string[] {
  const manifest = inspectOutputFolder(folder);
  const names = [...(manifest?.artifacts.map(({ name }) => name) ?? []), CHECKSUMS_NAME, MANIFEST_NAME, MARKER_NAME];
  return [...new Set(names)].map((name) => join(folder, name)).filter((path) => existsSync(path));
}

/** A staged tree is a folder with its manifest beside it. */
function stagedTrees(product: ProductConfig): readonly string[] {
  const { dist } = product.paths;
  if (!existsSync(dist)) return [];
  const manifests = readdirSync(dist).filter((name) => name.startsWith(`${product.name}-`) && name.endsWith('.manifest.json'));
  return manifests.flatMap((name) => [join(dist, name), join(dist, name.slice(0, -'.manifest.json'.length))]);
}
