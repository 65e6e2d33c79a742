import { type ConfigNode, type MapEntry, type MapNode, plain } from './position.ts';
import { isSecretReference } from './secret.ts';

function isAbsent(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** `{ env }` over `{ file }` is another place, not both. */
function isWhole(node: ConfigNode): boolean {
  return node.kind !== 'map' || (node.entries.size === 1 && isSecretReference(plain(node)));
}

function mergeMaps(base: MapNode, own: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of own.entries) {
    const inherited = entries.get(key);
    entries.set(key, inherited ? mergeEntry(inherited, entry) : entry);
  }
  return { ...own, entries };
}

function mergeEntry(base: MapEntry, own: MapEntry): MapEntry {
  return { at: own.at, node: mergeNodes(base.node, own.node) };
}

/** `own` over `base`: maps join key by key, anything else replaces. A key without a value (`deb:`) leaves an inherited map as it is. */
export function mergeNodes(base: ConfigNode, own: ConfigNode): ConfigNode {
  if (base.kind === 'map' && isAbsent(own)) return base;
  if (base.kind !== 'map' || own.kind !== 'map' || isWhole(base) || isWhole(own)) return own;
  return mergeMaps(base, own);
}

export function withoutKeys(map: MapNode, ...keys: readonly string[]): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))) };
}
