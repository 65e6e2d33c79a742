import type { ContentRule, ProductConfig } from '../config/config.ts';
import { type DistError, throwCollected } from '../errors.ts';
import type { BuildOutput } from '../jobs.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import { comparePaths } from '../model/path-order.ts';
import type { Platform } from '../model/platform.ts';
import type { Release } from '../model/release.ts';
import { roleByPlace } from '../model/role.ts';
import { matchesPlatform } from '../model/selector.ts';
import { variantTest } from '../model/variant.ts';
import { fileEntry } from './stage-content.ts';
import { emptyDistribution } from './stage-errors.ts';
import { settleLink } from './stage-links.ts';
import { checkNames, placeAll } from './stage-place.ts';
import { type Placed, type PlacedDirectory, type PlacedLink, placeRule } from './stage-rules.ts';
import type { StageTemplate } from './stage-sources.ts';

export type { StageTemplate } from './stage-sources.ts';

export interface StageInput {
  readonly product: ProductConfig;
  readonly release: Release;
  /** `undefined` for the platform `any`. */
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
  /** Only rules of these components; absent = all. */
  readonly components?: readonly string[] | undefined;
  /** What the builders made for this platform: what `{build}` stands for. */
  readonly outputs: readonly BuildOutput[];
  readonly template: StageTemplate;
}

/**
 * The tree of one platform and variant by the `contents` rules: names, sizes and first bytes are looked at, nothing is copied. Throws all
 * problems found, together.
 *
 * `from` as nfpm reads it: a file goes to `to`, or into it when that ends with `/`; a directory's tree goes below `to`; of a pattern the
 * parts before the first sign are stripped and the rest kept below `to`, and a directory it matches comes with all that is in it. Names that
 * start with a dot are matched like others, except at the project root itself, where `.git` and `.env` live: there they must be
 * written. `.DS_Store`, `._*`, `__MACOSX` and `.git` never come along.
 */
export function stageDistribution(input: StageInput): Distribution {
  const { product, platform, variant, components, outputs, template } = input;
  const problems: DistError[] = [];
  const report = (problem: DistError): void => void problems.push(problem);
  const sources = { root: product.root, own: Object.values(product.paths), outputs, template, report };
  const kept = variantTest(variant === undefined ? undefined : product.variants.get(variant));
  const rules = product.contents
    .filter((rule) => appliesTo(rule, platform, variant))
    .filter(({ component }) => components?.includes(component) ?? true);
  const placed = rules.flatMap((rule) => placeRule(rule, sources)).filter(({ path }) => kept(path));
  const entries = entriesFrom(placed, platform, report);
  if (entries.length === 0 && problems.length === 0) report(emptyDistribution(positionOfContents(product), platform, variant));
  throwCollected(problems);
  return Object.freeze({ platform, variant, entries: Object.freeze(entries) });
}

/** Entries of what was placed, sorted by the bytes of their paths. */
export function entriesFrom(placed: readonly Placed[], platform: Platform | undefined, report: (problem: DistError) => void): Entry[] {
  const tree = placeAll(placed, report);
  checkNames(tree, platform, report);
  const os = platform?.os;
  const entries = [...tree.values()].flatMap((thing) => {
    const settled = thing.type === 'symlink' ? settleLink(thing, tree, { os, report }) : thing;
    const entry = settled && entryOf(settled, { os, report });
    return entry ? [Object.freeze(entry)] : [];
  });
  return entries.sort((a, b) => comparePaths(a.path, b.path));
}

function entryOf(thing: Placed, inspecting: Parameters<typeof fileEntry>[1]): Entry | undefined {
  if (thing.type === 'file') return fileEntry(thing, inspecting);
  return thing.type === 'directory' ? directoryEntry(thing) : linkEntry(thing);
}

/** A rule's `mode` is that of its files, and of a directory only where it asks for that directory itself. */
function directoryEntry({ path, rule, origin }: PlacedDirectory): Entry {
  const own = origin === 'parent' ? undefined : rule;
  return {
    type: 'directory',
    path,
    mode: (origin === 'rule' ? rule.mode : undefined) ?? 0o755,
    owner: own?.owner ?? 'root',
    group: own?.group ?? 'root',
    role: own?.role ?? roleByPlace(path) ?? 'data',
    component: rule.component,
  };
}

function linkEntry({ path, rule, target }: PlacedLink): Entry {
  const { owner = 'root', group = 'root', component } = rule;
  return { type: 'symlink', path, target, mode: 0o777, owner, group, role: rule.role ?? roleByPlace(path) ?? 'data', component };
}

function appliesTo(rule: ContentRule, platform: Platform | undefined, variant: string | undefined): boolean {
  const onPlatform =
    rule.platforms === undefined || (platform !== undefined && rule.platforms.some((selector) => matchesPlatform(selector, platform)));
  return onPlatform && (rule.variants === undefined || variant === undefined || rule.variants.includes(variant));
}

function positionOfContents(product: ProductConfig): ContentRule['at'] {
  const first = product.contents[0]?.at;
  return first === undefined ? { file: '', key: 'contents' } : { ...first, key: 'contents' };
}
