import type { Position } from './config.ts';
import { duplicateKey, wrongType } from './errors.ts';
import { type ConfigNode, joinKey, type MapEntry, type MapNode } from './position.ts';

function emptyMap(at: Position): MapNode {
  return { kind: 'map', at, entries: new Map() };
}

/** `deb:` and `deb: {}` mean the same. */
function filled(entry: MapEntry): MapEntry {
  return entry.node.kind === 'scalar' && entry.node.value === null ? { at: entry.at, node: emptyMap(entry.at) } : entry;
}

/** One item of a list form: `tar.gz`, or `tar.gz: { level: 9 }`. */
function itemEntry(item: ConfigNode, section: string): [string, MapEntry] {
  if (item.kind === 'scalar' && typeof item.value === 'string')
    return [item.value, { at: { ...item.at, key: joinKey(section, item.value) }, node: emptyMap(item.at) }];
  const [first, second] = item.kind === 'map' ? item.entries : [];
  if (!first || second)
    throw wrongType(
      item.at,
      'a name, or a map of one name to its options',
      item.kind === 'map' ? `a map of ${item.entries.size} keys` : item.kind === 'list' ? 'a list' : 'another value',
    );
  return first;
}

function fromList(items: readonly ConfigNode[], section: string, at: Position): MapNode {
  const entries = new Map<string, MapEntry>();
  for (const item of items) {
    const [key, entry] = itemEntry(item, section);
    const first = entries.get(key);
    if (first) throw duplicateKey(entry.at, key, first.at.line);
    entries.set(key, entry);
  }
  return { kind: 'map', at, entries };
}

/** A section of instances in its one form, a map of maps. */
function instances(entry: MapEntry, section: string): MapEntry {
  const node = entry.node.kind === 'list' ? fromList(entry.node.items, section, entry.at) : filled(entry).node;
  if (node.kind !== 'map') return entry;
  return { at: entry.at, node: { ...node, entries: new Map([...node.entries].map(([key, inner]) => [key, filled(inner)])) } };
}

/** `- go` and `- go: {...}` and `- go:` mean the same builder. */
function buildItem(item: ConfigNode): ConfigNode {
  if (item.kind === 'scalar' && typeof item.value === 'string') {
    return {
      kind: 'map',
      at: item.at,
      entries: new Map([[item.value, { at: { ...item.at, key: joinKey(item.at.key, item.value) }, node: emptyMap(item.at) }]]),
    };
  }
  return item;
}

function buildItems(entry: MapEntry): MapEntry {
  return entry.node.kind === 'list' ? { at: entry.at, node: { ...entry.node, items: entry.node.items.map(buildItem) } } : entry;
}

const SHORT_FORMS: Readonly<Record<string, (entry: MapEntry, section: string) => MapEntry>> = {
  packages: instances,
  publish: instances,
  sign: instances,
  validate: instances,
  notify: instances,
  variants: instances,
  products: instances,
  build: buildItems,
  hooks: filled,
  changelog: filled,
  services: filled,
};

function normaliseEntry(key: string, entry: MapEntry): MapEntry {
  const expand = Object.hasOwn(SHORT_FORMS, key) ? SHORT_FORMS[key] : undefined;
  const long = expand ? expand(entry, key) : entry;
  return key === 'products' && long.node.kind === 'map' ? { at: long.at, node: normaliseAll(long.node) } : long;
}

function normaliseAll(products: MapNode): MapNode {
  const normal = ([key, entry]: [string, MapEntry]): [string, MapEntry] => [
    key,
    entry.node.kind === 'map' ? { at: entry.at, node: normalise(entry.node) } : entry,
  ];
  return { ...products, entries: new Map([...products.entries].map(normal)) };
}

/** Writes the short forms out: lists of names under packages, publish, sign, validate, notify, variants and products, names in build, keys without a value. */
export function normalise(tree: MapNode): MapNode {
  return { ...tree, entries: new Map([...tree.entries].map(([key, entry]) => [key, normaliseEntry(key, entry)])) };
}

/** The products alone, each still in its short forms: a list in a product replaces the map it inherits. */
export function productsOf(tree: MapNode): MapEntry | undefined {
  const entry = tree.entries.get('products');
  return entry && instances(entry, 'products');
}
