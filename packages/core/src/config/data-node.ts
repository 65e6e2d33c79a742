import { isProxy } from 'node:util/types';
import type { HookFunction, Position } from './config.ts';
import { configTooLarge, depthLimit, forbiddenKey, notData } from './errors.ts';
import { MAX_DEPTH, MAX_NODES } from './parse-yaml.ts';
import { type ConfigNode, joinKey, type MapEntry } from './position.ts';

interface Walk {
  nodes: number;
}

function kindOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return 'object';
  const name = (prototype as { constructor?: { name?: string } }).constructor?.name;
  return isProxy(value) ? 'a proxy' : `a ${name || 'class instance'}`;
}

function mapNode(value: object, at: Position, depth: number, walk: Walk): ConfigNode {
  const kind = kindOf(value);
  // another realm's Object (a module run in a context) is data too
  if (kind !== 'object' && kind !== 'a Object') throw notData(at, kind);
  const entries = new Map<string, MapEntry>();
  for (const [key, item] of Object.entries(value)) {
    const place = { ...at, key: joinKey(at.key, key) };
    if (key === '__proto__') throw forbiddenKey(place, key, 'the name is reserved by JavaScript');
    if (item !== undefined) entries.set(key, { at: place, node: toNode(item, place, depth + 1, walk) });
  }
  return { kind: 'map', at, entries };
}

/** The one place for a function: `hooks.publish[0].fn`, of the configuration or of a product. */
const HOOK_FUNCTION = /^(?:products(?:\.[\w-]+|\['[^']*'\])\.)?hooks\.\w+(?:\[\d+\])?\.fn$/;

function toNode(value: unknown, at: Position, depth: number, walk: Walk): ConfigNode {
  if (depth > MAX_DEPTH) throw depthLimit(at, MAX_DEPTH);
  if (++walk.nodes > MAX_NODES) throw configTooLarge(at, `${MAX_NODES} values`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { kind: 'scalar', at, value };
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'scalar', at, value };
  if (Array.isArray(value)) {
    return { kind: 'list', at, items: value.map((item, index) => toNode(item, { ...at, key: joinKey(at.key, index) }, depth + 1, walk)) };
  }
  if (typeof value === 'function' && HOOK_FUNCTION.test(at.key)) return { kind: 'scalar', at, value: value as HookFunction };
  if (typeof value === 'object') return mapNode(value, at, depth, walk);
  throw notData(at, typeof value === 'number' ? String(value) : value === undefined ? 'nothing' : `a ${typeof value}`);
}

/** What a ts or js module exports, as a tree. Only plain data and functions of hooks; its positions are keys without lines. */
export function dataNode(value: unknown, at: Position): ConfigNode {
  return toNode(value, at, 0, { nodes: 0 });
}
