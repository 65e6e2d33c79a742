import { MESSAGE_TYPES } from '../channel.ts';
import type { DistError } from '../errors.ts';
import type { BuildItem, ChangelogConfig, NotifyInstance, PackageInstance, PublishInstance, SignInstance, ValidateInstance } from './config.ts';
import { duplicateId, oneBuilder, unknownName, wrongValue } from './errors.ts';
import { joinKey, type MapEntry, type MapNode, nodeAt, plain, positionAt, remember } from './position.ts';
import {
  BUILD_KEYS,
  CHANGELOG_KEYS,
  NOTIFY_KEYS,
  PACKAGE_KEYS,
  PUBLISH_KEYS,
  type RawBuild,
  type RawChangelog,
  type RawNeed,
  type RawNotify,
  type RawPackage,
  type RawPublish,
  type RawSign,
  type RawValidate,
  SIGN_KEYS,
  VALIDATE_KEYS,
} from './schema.ts';
import type { SecretReader } from './secret.ts';
import { compileTemplate } from './template.ts';

/** What the builders of sections share. */
export interface SectionContext {
  readonly tree: MapNode;
  /** The configuration's folder. */
  readonly folder: string;
  readonly errors: DistError[];
  readonly secret: SecretReader;
}

/** The plugin's own options of an instance; later errors find their places through the tree they came from. */
function optionsOf(
  { at, node }: MapEntry & { readonly node: MapNode },
  common: readonly string[],
  folder: string,
): Readonly<Record<string, unknown>> {
  const own: MapNode = { kind: 'map', at, entries: new Map([...node.entries].filter(([key]) => !common.includes(key))) };
  return remember(plain(own) as Record<string, unknown>, own, { common, root: folder });
}

function entriesOf(context: SectionContext, section: string): readonly [string, MapEntry & { readonly node: MapNode }][] {
  const node = context.tree.entries.get(section)?.node;
  if (node?.kind !== 'map') return [];
  return [...node.entries].flatMap(([id, entry]) => (entry.node.kind === 'map' ? [[id, { at: entry.at, node: entry.node }] as const] : []));
}

/** Leaves keys out that were not written, as exact optional properties want it. */
export function written<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;
}

/** Runs a check that throws and keeps what it found for later. */
export function attempt(errors: DistError[], run: () => void): void {
  try {
    run();
  } catch (error) {
    errors.push(error as DistError);
  }
}

export function packageInstances(raw: Readonly<Record<string, RawPackage>>, context: SectionContext): readonly PackageInstance[] {
  return entriesOf(context, 'packages').map(([id, entry]) => {
    const { use, name, ...rest } = raw[id] ?? {};
    if (name !== undefined) attempt(context.errors, () => compileTemplate(name, positionAt(entry.node, ['name'])));
    const { arch, components, variants, platforms } = rest;
    const common = written({ package: rest.package, arch, components, variants, platforms, name });
    const instance = { id, use: use ?? id, ...common, options: optionsOf(entry, PACKAGE_KEYS, context.folder), at: entry.at };
    return Object.freeze(remember(instance as PackageInstance, entry.node));
  });
}

function needsOf(raw: RawPublish['needs']): PublishInstance['needs'] {
  const list = raw === undefined ? [] : [raw].flat();
  return (list as readonly RawNeed[]).map((need) => (typeof need === 'string' ? { id: need, for: 'visible' } : need));
}

function checkNeeds(instance: PublishInstance, node: MapNode, known: readonly string[], errors: DistError[]): void {
  for (const { id } of instance.needs) {
    const at = positionAt(node, ['needs']);
    if (id === instance.id) errors.push(wrongValue(at, id, 'a registry cannot wait for itself'));
    else if (!known.includes(id)) errors.push(unknownName(at, 'registry', id, known));
  }
}

export function publishInstances(raw: Readonly<Record<string, RawPublish>>, context: SectionContext): readonly PublishInstance[] {
  const entries = entriesOf(context, 'publish');
  const ids = entries.map(([id]) => id);
  return entries.map(([id, entry]) => {
    const { use, needs, required = true, record = false, mirrors = [] } = raw[id] ?? {};
    const instance = {
      id,
      use: use ?? id,
      needs: needsOf(needs),
      required,
      record,
      mirrors,
      options: optionsOf(entry, PUBLISH_KEYS, context.folder),
      at: entry.at,
    };
    checkNeeds(instance, entry.node, ids, context.errors);
    checkMirrors(instance, entry.node, ids, context.errors);
    return Object.freeze(remember(instance, entry.node));
  });
}

function checkMirrors(instance: PublishInstance, node: MapNode, known: readonly string[], errors: DistError[]): void {
  for (const [index, id] of instance.mirrors.entries()) {
    const at = positionAt(node, ['mirrors', index]);
    if (id === instance.id) errors.push(wrongValue(at, id, 'a registry cannot mirror itself'));
    else if (!known.includes(id)) errors.push(unknownName(at, 'registry', id, known));
  }
}

export function signInstances(raw: Readonly<Record<string, RawSign>>, context: SectionContext): readonly SignInstance[] {
  return entriesOf(context, 'sign').map(([id, entry]) => {
    const { use = id, artifacts = ['checksums'] } = raw[id] ?? {};
    const instance = { id, use, artifacts, options: optionsOf(entry, SIGN_KEYS, context.folder), at: entry.at };
    return Object.freeze(remember(instance, entry.node));
  });
}

export function validateInstances(raw: Readonly<Record<string, RawValidate>>, context: SectionContext): readonly ValidateInstance[] {
  return entriesOf(context, 'validate').map(([id, entry]) => {
    const { use = id } = raw[id] ?? {};
    const instance = { id, use, options: optionsOf(entry, VALIDATE_KEYS, context.folder), at: entry.at };
    return Object.freeze(remember(instance, entry.node));
  });
}

/** A failing build is told only where somebody asked for it. */
const TOLD = MESSAGE_TYPES.filter((type) => type !== 'failure');

export function notifyInstances(raw: Readonly<Record<string, RawNotify>>, context: SectionContext): readonly NotifyInstance[] {
  return entriesOf(context, 'notify').map(([id, entry]) => {
    const { use = id, on = TOLD } = raw[id] ?? {};
    const instance = { id, use, on, options: optionsOf(entry, NOTIFY_KEYS, context.folder), at: entry.at };
    return Object.freeze(remember(instance, entry.node));
  });
}

export function changelogConfig({ use = 'changelog' }: RawChangelog, context: SectionContext): ChangelogConfig | undefined {
  const entry = context.tree.entries.get('changelog');
  if (entry?.node.kind !== 'map') return undefined;
  const { at, node } = entry;
  return Object.freeze(remember({ use, options: optionsOf({ at, node }, CHANGELOG_KEYS, context.folder), at }, node));
}

function builderOf(node: MapNode): readonly [string, MapEntry] | undefined {
  const [builder, second] = [...node.entries].filter(([key]) => !(BUILD_KEYS as readonly string[]).includes(key));
  return second ? undefined : builder;
}

function builderOptions({ at, node }: MapEntry, folder: string): unknown {
  if (node.kind === 'map') return optionsOf({ at, node }, [], folder);
  return node.kind === 'scalar' && node.value === null ? remember({}, node, { root: folder }) : plain(node);
}

/** The id people wrote, else the builder's name, numbered from the second one on. */
function buildId(written: string | undefined, use: string, taken: ReadonlySet<string>): string {
  if (written !== undefined || !taken.has(use)) return written ?? use;
  let number = 2;
  while (taken.has(`${use}-${number}`)) number++;
  return `${use}-${number}`;
}

export function buildItems(raw: readonly RawBuild[], context: SectionContext): readonly BuildItem[] {
  const taken = new Set<string>();
  return raw.flatMap(({ id: given, platforms }, index) => {
    const node = nodeAt(context.tree, ['build', index]);
    const builder = node?.kind === 'map' ? builderOf(node) : undefined;
    const at = { ...positionAt(context.tree, ['build', index]) };
    if (!node || !builder) {
      context.errors.push(oneBuilder(at));
      return [];
    }
    const [use, entry] = builder;
    const id = buildId(given, use, taken);
    if (taken.has(id)) context.errors.push(duplicateId({ ...at, key: joinKey(at.key, 'id') }, id));
    taken.add(id);
    const item = { id, use, ...written({ platforms }), options: builderOptions(entry, context.folder), at: entry.at };
    return [Object.freeze(remember(item as BuildItem, node))];
  });
}
