import type { PackageInstance, ProductConfig } from '../config/config.ts';
import { positionOf } from '../config/position.ts';
import { artifactName, DEFAULT_ARTIFACT_NAME } from '../config/template.ts';
import { type DistError, throwCollected } from '../errors.ts';
import type { Cell } from '../jobs.ts';
import type { Plan, PlannedArtifact, PlannedDistribution, PlannedPublish, PlanReason } from '../model/plan.ts';
import type { Os, Platform } from '../model/platform.ts';
import type { Release } from '../model/release.ts';
import { selectPlatforms } from '../model/selector.ts';
import type { AnyFormat } from '../plugin.ts';
import { docsPlace } from './docs-place.ts';
import { columnMissing, illegalName, nameTaken, nothingToPackage, sourceWithoutCommit, unknownFormat, unknownVariant } from './plan-errors.ts';
import { publishReasons } from './publish-graph.ts';
import type { Selection } from './selection.ts';

/** From configuration, flags and facts to every artifact there will be, without touching anything. */

/** A format an instance uses on some operating systems, with the options parsed for it. */
export interface ResolvedFormat {
  readonly key: string;
  readonly definition: AnyFormat;
  readonly options: unknown;
}

export interface ResolvedPackage {
  readonly instance: PackageInstance;
  /** The format for an operating system (`undefined` = platform `any`); a group's default where the instance names a group. */
  readonly format: (os: Os | undefined) => ResolvedFormat | undefined;
  /** Whether `--format NAME` means it: its id, type, format key or group. */
  readonly answersTo: (name: string) => boolean;
}

export interface PlanInput {
  readonly product: ProductConfig;
  readonly release: Release;
  /** All the product's platforms, resolved. */
  readonly platforms: readonly Platform[];
  readonly packages: readonly ResolvedPackage[];
  readonly publish: readonly PlannedPublish[];
  readonly filters: PlanFilters;
  readonly selection: Selection;
  /** What `--format` accepts beyond the configured instances, for messages. */
  readonly knownFormats: readonly string[];
}

export interface PlanFilters {
  readonly platforms: readonly string[];
  readonly variants: readonly string[];
  readonly formats: readonly string[];
  /** Keys of the distributions there are, when they were staged before; absent = whatever is planned gets staged. */
  readonly distributions?: ReadonlySet<string>;
}

/** Names core writes itself. */
export const CHECKSUMS_NAME = 'checksums.sha256';
export const MANIFEST_NAME = 'release.json';

/** Plans one product. Throws every problem found, together. */
export function planRelease(input: PlanInput): Plan {
  const { product, release, filters } = input;
  const reasons: PlanReason[] = [];
  const problems: DistError[] = [];
  const platforms = filters.platforms.length > 0 ? selectPlatforms(filters.platforms, input.platforms) : input.platforms;
  const variants = chosenVariants(product, filters.variants);
  const packages = chosenPackages(input, reasons);
  const artifacts = packages.flatMap((chosen) => artifactsOf(chosen, { input, platforms, variants, reasons, problems }));
  if (artifacts.length === 0 && problems.length === 0) problems.push(nothingToPackage(filters, reasons));
  problems.push(...nameProblems(artifacts));
  throwCollected(problems);
  const variantNames = variants.filter((variant) => variant !== undefined);
  const distributions = distributionsOf(artifacts, packages, { platforms, variants: variantNames, filters });
  return Object.freeze({
    release,
    platforms,
    variants: variantNames,
    builds: buildsOf(
      input,
      platforms.filter((platform) => distributions.some((distribution) => distribution.platform === platform)),
    ),
    distributions,
    artifacts: artifacts.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    publish: input.publish,
    reasons: [...reasons, ...publishReasons(input.publish)],
  });
}

function chosenVariants(product: ProductConfig, wanted: readonly string[]): readonly (string | undefined)[] {
  const declared = [...product.variants.keys()];
  const unknown = wanted.find((name) => !declared.includes(name));
  if (unknown !== undefined) throw unknownVariant(unknown, declared);
  if (declared.length === 0) return [undefined];
  return wanted.length > 0 ? declared.filter((name) => wanted.includes(name)) : declared;
}

function chosenPackages(input: PlanInput, reasons: PlanReason[]): readonly ResolvedPackage[] {
  const { filters, packages, selection, knownFormats } = input;
  const unknown = filters.formats.find((name) => !packages.some((candidate) => candidate.answersTo(name)));
  if (unknown !== undefined) throw unknownFormat(unknown, knownFormats);
  const wanted = filters.formats.length === 0 ? packages : packages.filter((candidate) => filters.formats.some((name) => candidate.answersTo(name)));
  return wanted.filter(({ instance }) => {
    const reason = selection.leftOut('package', instance.id);
    if (reason !== undefined) reasons.push({ subject: `packages.${instance.id}`, reason: `left out by ${reason}` });
    return reason === undefined;
  });
}

interface CellContext {
  readonly input: PlanInput;
  readonly platforms: readonly Platform[];
  readonly variants: readonly (string | undefined)[];
  readonly reasons: PlanReason[];
  readonly problems: DistError[];
}

function artifactsOf(chosen: ResolvedPackage, context: CellContext): PlannedArtifact[] {
  return places(chosen, context).flatMap((place) => {
    const artifact = artifactAt(chosen, place, context);
    return artifact === undefined ? [] : [artifact];
  });
}

interface Place {
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
}

/** The cells of an instance; its own platform and variant lists narrow the run's. */
function places(chosen: ResolvedPackage, { input, platforms, variants }: CellContext): readonly Place[] {
  const { instance } = chosen;
  const own =
    instance.platforms === undefined
      ? platforms
      : selectPlatforms(instance.platforms, input.platforms).filter((platform) => platforms.includes(platform));
  const ownVariants =
    instance.variants === undefined ? variants : variants.filter((variant) => variant !== undefined && instance.variants?.includes(variant));
  const scope = chosen.format(instance.arch === 'all' ? undefined : own[0]?.os)?.definition.scope ?? 'cell';
  if (scope === 'release') return own.length === 0 || ownVariants.length === 0 ? [] : [{ platform: undefined, variant: undefined }];
  if (scope === 'platform') return own.map((platform) => ({ platform, variant: undefined }));
  const rows = instance.arch === 'all' ? [undefined] : own;
  return rows.flatMap((platform) => ownVariants.map((variant) => ({ platform, variant })));
}

function artifactAt(chosen: ResolvedPackage, place: Place, context: CellContext): PlannedArtifact | undefined {
  const { instance } = chosen;
  const { platform, variant } = place;
  const format = chosen.format(platform?.os);
  const subject = `packages.${instance.id} on ${platform?.name ?? 'any'}`;
  if (format === undefined) return leave(context, subject, `"${instance.use}" has no default format for ${platform?.os ?? 'any platform'}`);
  const { definition } = format;
  const { formats, distributions } = context.input.filters;
  if (!isWanted(instance, format, formats)) return leave(context, subject, `${format.key} is not among --format ${formats.join(',')}`);
  if (definition.scope === 'cell' && distributions?.has(distributionKey(place)) === false) return leave(context, subject, 'no --from is for it');
  if (definition.entries === 'docs' && plannedDocs(instance, docsChoice(context)) === undefined)
    return leave(context, subject, 'no --from holds documentation for it');
  if (platform && definition.os && !definition.os.includes(platform.os))
    return leave(context, subject, `${format.key} is made for ${definition.os.join(', ')}`);
  if (platform && definition.column && platform[definition.column] === undefined) {
    context.problems.push(columnMissing(format.key, platform, definition.column, instance.at));
    return undefined;
  }
  if (definition.entries === 'source' && context.input.release.commit === undefined) {
    context.problems.push(sourceWithoutCommit(format.key, instance.at));
    return undefined;
  }
  return Object.freeze({
    name: nameOf(chosen, format, place, context.input),
    kind: definition.kind,
    scope: definition.scope,
    instance: instance.id,
    format: format.key,
    platform,
    variant,
    package: instance.package ?? context.input.release.name,
    ...(instance.components === undefined ? {} : { components: instance.components }),
    ...(instance.arch === undefined ? {} : { arch: instance.arch }),
  });
}

/** An instance of a group answers to each of its formats; of its artifacts only those of the named format are meant. */
function isWanted({ id, use }: PackageInstance, { key, definition }: ResolvedFormat, formats: readonly string[]): boolean {
  return formats.length === 0 || [id, use, key, definition.group].some((name) => formats.includes(name));
}

function docsChoice({ input, platforms, variants }: CellContext): DocsChoice {
  return { filters: input.filters, platforms, variants: variants.filter((variant) => variant !== undefined) };
}

function leave(context: CellContext, subject: string, reason: string): undefined {
  context.reasons.push({ subject, reason });
  return undefined;
}

/** The cell as handlers see it. */
export function cellOf(product: ProductConfig, artifact: Pick<PlannedArtifact, 'platform' | 'variant' | 'package'>): Cell {
  return { platform: artifact.platform, variant: artifact.variant, variants: [...product.variants.keys()], package: artifact.package };
}

function nameOf(chosen: ResolvedPackage, format: ResolvedFormat, place: Place, input: PlanInput): string {
  const { instance } = chosen;
  const { product, release } = input;
  const packageName = instance.package ?? release.name;
  const fields = nameFields(format.definition, place, { ...release, name: packageName });
  const at = instance.name === undefined ? positionOf(product, 'artifactName') : positionOf(instance, 'name');
  const defaultName = artifactName(instance.name ?? product.artifactName ?? DEFAULT_ARTIFACT_NAME, fields, at);
  if (instance.name !== undefined || format.definition.name === undefined) return defaultName;
  const cell = cellOf(product, { ...place, package: packageName });
  return format.definition.name({ release, options: format.options, cell, ext: format.definition.ext, defaultName });
}

function nameFields(definition: AnyFormat, { platform, variant }: Place, release: Release): Readonly<Record<string, string | undefined>> {
  const atPlatform = definition.scope !== 'release';
  return {
    name: release.name,
    version: release.version,
    platform: atPlatform ? (platform?.name ?? 'any') : undefined,
    os: platform?.os,
    arch: platform?.cpu,
    variant,
    ext: definition.ext,
  };
}

function nameProblems(artifacts: readonly PlannedArtifact[]): DistError[] {
  const taken = new Map<string, PlannedArtifact | undefined>([CHECKSUMS_NAME, MANIFEST_NAME].map((name) => [name, undefined]));
  return artifacts.flatMap((artifact) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._+~=@-]{0,239}$/.test(artifact.name)) return [illegalName(artifact)];
    const key = artifact.name.toLowerCase();
    if (taken.has(key)) return [nameTaken(artifact, taken.get(key))];
    taken.set(key, artifact);
    return [];
  });
}

function buildsOf({ product, platforms: all, selection }: PlanInput, platforms: readonly Platform[]): Plan['builds'] {
  if (!selection.runs('build')) return [];
  return product.build.flatMap((item) => {
    const own = item.platforms === undefined ? platforms : selectPlatforms(item.platforms, all).filter((platform) => platforms.includes(platform));
    return selection.leftOut('build', item.id) === undefined ? own.map((platform) => ({ id: item.id, use: item.use, platform })) : [];
  });
}

function distributionsOf(
  artifacts: readonly PlannedArtifact[],
  packages: readonly ResolvedPackage[],
  chosen: DocsChoice,
): readonly PlannedDistribution[] {
  const cells = artifacts.filter((artifact) => artifact.scope === 'cell').map(({ platform, variant }) => ({ platform, variant }));
  const wide = artifacts
    .filter((artifact) => artifact.scope === 'release')
    .map(({ instance }) => packages.find((each) => each.instance.id === instance));
  const docs = wide.flatMap((each) => (each?.format(undefined)?.definition.entries === 'docs' ? (plannedDocs(each.instance, chosen) ?? []) : []));
  const byKey = new Map([...cells, ...docs].map((place) => [distributionKey(place), place]));
  return [...byKey.values()];
}

interface DocsChoice extends Pick<Plan, 'platforms' | 'variants'> {
  readonly filters: PlanFilters;
}

function plannedDocs(instance: PackageInstance, { filters, ...plan }: DocsChoice): PlannedDistribution | undefined {
  return docsPlace(instance, plan, (place) => filters.distributions?.has(distributionKey(place)) ?? true);
}

export function distributionKey({ platform, variant }: PlannedDistribution): string {
  return `${platform?.name ?? 'any'}/${variant ?? ''}`;
}
