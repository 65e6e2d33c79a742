import type { HookFunction, Position } from './config.ts';

/** A configuration as a tree that knows where each value was written. What every file format is read into, and what `extends` merges. */
export type ConfigNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Position;
  /** A function only among the hooks of a ts or js module. */
  readonly value: string | number | boolean | null | HookFunction;
  /** As typed, when the file format keeps it: `0755`, `1.10`. */
  readonly source?: string;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: Position;
  readonly items: readonly ConfigNode[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly at: Position;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  /** Where the key stands. */
  readonly at: Position;
  readonly node: ConfigNode;
}

export type KeyPath = readonly (string | number)[];

/** `packages` + `deb` = `packages.deb`; `packages` + `tar.gz` = `packages['tar.gz']`; `contents` + 0 = `contents[0]`. */
export function joinKey(parent: string, segment: string | number): string {
  if (typeof segment === 'number') return `${parent}[${segment}]`;
  if (!/^[\w-]+$/.test(segment)) return `${parent}['${JSON.stringify(segment).slice(1, -1)}']`;
  return parent === '' ? segment : `${parent}.${segment}`;
}

function child(node: ConfigNode, segment: string | number): MapEntry | undefined {
  if (node.kind === 'map') return node.entries.get(String(segment));
  const item = node.kind === 'list' ? node.items[Number(segment)] : undefined;
  return item && { at: item.at, node: item };
}

/** The node at a path below `node`, if it was written. */
export function nodeAt(node: ConfigNode, path: KeyPath): ConfigNode | undefined {
  let current: ConfigNode | undefined = node;
  for (const segment of path) current = current && child(current, segment)?.node;
  return current;
}

function extend(at: Position, rest: KeyPath): Position {
  return { ...at, key: rest.reduce<string>(joinKey, at.key) };
}

/** Where the value at `path` was written: scalars at the value, the rest at its key. What was never written = the nearest parent. */
export function positionAt(node: ConfigNode, path: KeyPath): Position {
  let current = node;
  let at = node.at;
  for (const [index, segment] of path.entries()) {
    const next = child(current, segment);
    if (!next) return extend(at, path.slice(index));
    current = next.node;
    at = current.kind === 'scalar' ? current.at : next.at;
  }
  return at;
}

/** Where the key at the end of `path` stands. */
export function keyPositionAt(node: ConfigNode, path: KeyPath): Position {
  const last = path.at(-1);
  const parent = nodeAt(node, path.slice(0, -1));
  const entry = last !== undefined && parent ? child(parent, last) : undefined;
  return entry?.at ?? positionAt(node, path);
}

/** The values alone. */
export function plain(node: ConfigNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(Array.from(node.entries, ([key, entry]) => [key, plain(entry.node)]));
}

interface Origin {
  readonly node: ConfigNode;
  /** Keys of the node that belong to core and are absent from the value. */
  readonly common: readonly string[];
  /** The configuration's folder. */
  readonly root?: string;
}

/** Frozen results carry no tree; this remembers which part of it each one came from. */
const origins = new WeakMap<object, Origin>();

/** Ties a value made from `node` to it, so that later errors can name line and column. */
export function remember<Value extends object>(
  value: Value,
  node: ConfigNode,
  { common = [], root }: { common?: readonly string[]; root?: string } = {},
): Value {
  origins.set(value, { node, common, ...(root === undefined ? {} : { root }) });
  return value;
}

export function originOf(value: unknown): Origin | undefined {
  return typeof value === 'object' && value !== null ? origins.get(value) : undefined;
}

/** Where a part of a loaded value was written, e.g. `positionOf(rule, 'from')`; `fallback` when it did not come from a file. */
export function positionOf(value: object & { readonly at?: Position }, ...path: KeyPath): Position {
  const origin = originOf(value);
  return origin ? positionAt(origin.node, path) : extend(value.at ?? { file: '', key: '' }, path);
}
