import { join, resolve } from 'node:path';
import parseVersion from 'semver/functions/parse.js';
import type { DistError } from '../errors.ts';
import type { ProductConfig, VariantConfig } from './config.ts';
import { contentRules } from './contents.ts';
import { missingKey, samePaths, unknownName, wrongValue } from './errors.ts';
import { hookConfigs } from './hook-sections.ts';
import {
  attempt,
  buildItems,
  changelogConfig,
  notifyInstances,
  packageInstances,
  publishInstances,
  type SectionContext,
  signInstances,
  validateInstances,
  written,
} from './instances.ts';
import { type KeyPath, type MapNode, positionAt, remember } from './position.ts';
import type { RawPaths, RawProduct, RawVariant } from './schema.ts';
import type { SecretReader } from './secret.ts';
import { serviceConfigs } from './service-sections.ts';
import { compileTemplate } from './template.ts';

export interface ProductInput {
  /** Key under `products:`; undefined = the configuration itself. */
  readonly key: string | undefined;
  readonly raw: RawProduct;
  /** The product's tree, top-level values filled in. */
  readonly tree: MapNode;
  /** What the product itself says under `paths`. */
  readonly ownPaths: RawPaths;
  /** The configuration's folder. */
  readonly folder: string;
  readonly secret: SecretReader;
}

function checkVersion(version: string, { tree, errors }: SectionContext): void {
  if (version === 'git') return;
  const parsed = parseVersion(version);
  // the library also takes "v1.2.3" and blanks, which would then stand in file names
  if (parsed && /^\d/.test(version) && version.trim() === version) return;
  errors.push(
    wrongValue(positionAt(tree, ['version']), version, 'it is no semantic version', 'write MAJOR.MINOR.PATCH, such as 1.4.0 or 1.4.0-rc.1, or git'),
  );
}

/** In the order written: numeric names would change places in an object. */
function variantMap(raw: Readonly<Record<string, RawVariant>>, { tree }: SectionContext): ReadonlyMap<string, VariantConfig> {
  const node = tree.entries.get('variants')?.node;
  const names = node?.kind === 'map' ? [...node.entries.keys()] : [];
  return new Map(names.map((name) => [name, written(raw[name] ?? {}) as VariantConfig]));
}

interface Choice {
  readonly variants?: readonly string[] | undefined;
}

function checkVariants(choices: readonly (readonly [KeyPath, Choice])[], known: readonly string[], { tree, errors }: SectionContext): void {
  for (const [path, { variants = [] }] of choices) {
    for (const [index, name] of variants.entries()) {
      if (!known.includes(name)) errors.push(unknownName(positionAt(tree, [...path, 'variants', index]), 'variant', name, known));
    }
  }
}

/** A component nobody's contents belong to would make an empty package. Without contents they are plugins' to give. */
function checkComponents({ contents = [], packages = {}, services = {} }: RawProduct, { tree, errors }: SectionContext): void {
  const known = [...new Set(contents.map(({ component = 'main' }) => component))];
  for (const [name, { component }] of Object.entries(services)) {
    if (component !== undefined && !known.includes(component))
      errors.push(unknownName(positionAt(tree, ['services', name, 'component']), 'component', component, known));
  }
  for (const [id, { components = [] }] of Object.entries(packages)) {
    for (const [index, name] of components.entries()) {
      if (known.length > 0 && !known.includes(name))
        errors.push(unknownName(positionAt(tree, ['packages', id, 'components', index]), 'component', name, known));
    }
  }
}

function checkPlatforms({ platforms = [], packages = {} }: RawProduct, { tree, errors }: SectionContext): void {
  const list = Object.values(packages);
  const needed = list.length === 0 || list.some(({ arch }) => arch !== 'all');
  if (platforms.length === 0 && needed)
    errors.push(
      missingKey(positionAt(tree, ['platforms']), 'list the platforms to release for: platforms: [linux-amd64, macos-arm64, windows-amd64]'),
    );
}

/** With several products a folder that all inherit gets one subfolder each: an output folder belongs to one product and version. */
function outputPath(input: ProductInput, name: 'packages' | 'dist'): string {
  const { key, ownPaths, raw, folder } = input;
  const own = ownPaths[name];
  if (own !== undefined) return resolve(folder, own);
  return resolve(folder, raw.paths?.[name] ?? name, key ?? '');
}

function pathsOf(input: ProductInput): ProductConfig['paths'] {
  const { raw, folder } = input;
  return {
    packages: outputPath(input, 'packages'),
    dist: outputPath(input, 'dist'),
    state: resolve(folder, raw.paths?.state ?? '.provisioning-dist'),
  };
}

function checkPaths({ packages, dist, state }: ProductConfig['paths'], root: string, { tree, errors }: SectionContext): void {
  const at = positionAt(tree, ['paths']);
  if (packages === dist) errors.push(samePaths(at, 'paths.packages', 'paths.dist'));
  else if (packages === state) errors.push(samePaths(at, 'paths.packages', 'paths.state'));
  else if (dist === state) errors.push(samePaths(at, 'paths.dist', 'paths.state'));
  else if ([packages, dist, state].includes(root)) errors.push(samePaths(at, 'an output folder', 'the project itself'));
}

function checkRoot(path: string, { tree, errors }: SectionContext): void {
  const at = positionAt(tree, ['path']);
  if (/^([/\\]|[A-Za-z]:)/.test(path)) errors.push(wrongValue(at, path, 'it is absolute', 'write it relative to the configuration'));
  else if (path.split(/[/\\]/).includes('..')) errors.push(wrongValue(at, path, 'it leads out of the folder of the configuration'));
}

function productName({ key, raw, tree }: ProductInput, errors: DistError[]): string {
  const name = raw.name ?? key;
  if (name === undefined) errors.push(missingKey(positionAt(tree, ['name'])));
  return name ?? '';
}

function checkArtifactName(text: string | undefined, { tree, errors }: SectionContext): void {
  if (text !== undefined) attempt(errors, () => compileTemplate(text, positionAt(tree, ['artifactName'])));
}

/** One product from its checked sections. What contradicts itself is added to `errors`. */
export function productConfig(input: ProductInput, errors: DistError[]): ProductConfig {
  const { raw, tree, folder, key, secret } = input;
  const context: SectionContext = { tree, folder, errors, secret };
  const name = productName(input, errors);
  const root = join(folder, raw.path ?? '.');
  const paths = pathsOf(input);
  const variants = variantMap(raw.variants ?? {}, context);
  const version = raw.version ?? 'git';
  checkVersion(version, context);
  checkPlatforms(raw, context);
  checkRoot(raw.path ?? '.', context);
  checkPaths(paths, root, context);
  checkArtifactName(raw.artifactName, context);
  checkVariants(
    [...choices('contents', raw.contents), ...choices('packages', raw.packages), ...choices('services', raw.services)],
    [...variants.keys()],
    context,
  );
  checkComponents(raw, context);
  const { description, homepage, license, maintainer, vendor, artifactName } = raw;
  const product = {
    product: key ?? name,
    name,
    version,
    tagPrefix: raw.tagPrefix ?? '',
    root,
    ...written({
      description,
      homepage,
      license,
      maintainer,
      vendor,
      artifactName,
      changelog: raw.changelog && changelogConfig(raw.changelog, context),
    }),
    platforms: raw.platforms ?? [],
    variants,
    build: buildItems(raw.build ?? [], context),
    contents: contentRules(raw.contents ?? [], context),
    packages: packageInstances(raw.packages ?? {}, context),
    publish: publishInstances(raw.publish ?? {}, context),
    sign: signInstances(raw.sign ?? {}, context),
    validate: validateInstances(raw.validate ?? {}, context),
    notify: notifyInstances(raw.notify ?? {}, context),
    services: serviceConfigs(raw.services ?? {}, description?.split('\n')[0]?.trim() || name, context),
    hooks: hookConfigs(raw.hooks ?? {}, context),
    paths,
  };
  return Object.freeze(remember(product as ProductConfig, tree));
}

function choices(section: string, values: readonly Choice[] | Readonly<Record<string, Choice>> | undefined): (readonly [KeyPath, Choice])[] {
  if (Array.isArray(values)) return values.map((choice: Choice, index) => [[section, index], choice] as const);
  return Object.entries(values ?? {}).map(([id, choice]: [string, Choice]) => [[section, id], choice] as const);
}
