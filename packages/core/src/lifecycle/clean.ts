import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ProductConfig } from '../config/config.ts';
import { versionOfTag } from '../model/version.ts';
import { cleanOutputFolder, inspectOutputFolder, MARKER_NAME } from './output-folder.ts';
import { CHECKSUMS_NAME, MANIFEST_NAME } from './plan.ts';
import { removeTree } from './staged-tree.ts';

const STAGED = '.manifest.json';

export interface CleanOptions {
  readonly dryRun: boolean;
  readonly outputDir?: string | undefined;
}

/** Deletes a product's artifacts, staged trees and build folders; returns their paths. Journals and records stay. */
export function cleanProduct(product: ProductConfig, { dryRun, outputDir }: CleanOptions): readonly string[] {
  const packages = outputDir === undefined ? product.paths.packages : resolve(outputDir);
  const names = listed(packages);
  const trees = stagedTrees(product).filter((path) => existsSync(path));
  const manifests = stagedManifests(product);
  const builds = buildFolders(product);
  if (!dryRun) {
    cleanOutputFolder(packages);
    for (const path of [...trees, ...builds]) removeTree(path);
    for (const path of manifests) rmSync(path);
  }
  return [...names, ...trees, ...manifests, ...builds];
}

function listed(folder: string): readonly string[] {
  const manifest = inspectOutputFolder(folder);
  const names = [...(manifest?.artifacts.map(({ name }) => name) ?? []), CHECKSUMS_NAME, MANIFEST_NAME, MARKER_NAME];
  return [...new Set(names)].map((name) => join(folder, name)).filter((path) => existsSync(path));
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
