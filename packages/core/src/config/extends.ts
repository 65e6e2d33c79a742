import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { extendsCycle, extendsMissing, wrongType } from './errors.ts';
import { mergeNodes, withoutKeys } from './merge.ts';
import type { ConfigNode, MapNode, ScalarNode } from './position.ts';
import { readSource, type SourceContext } from './sources.ts';

const MAX_FILES = 100;

interface Walk extends SourceContext {
  /** Files already joined, so that a base that many share is read and joined once. */
  readonly done: Map<string, MapNode>;
}

function realPath(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

function resolvePackage(node: ScalarNode, name: string, from: string): string {
  try {
    return createRequire(from).resolve(name);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED')
      throw extendsMissing(node.at, name, 'the package does not export it', 'its "exports" need a "default" condition');
    const beside = existsSync(resolve(dirname(from), name));
    throw extendsMissing(
      node.at,
      name,
      'no such package is installed',
      beside ? `for the file beside it write "./${name}"` : 'add it to devDependencies; a file begins with ./',
    );
  }
}

function resolveBase(node: ConfigNode, from: string): string {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '')
    throw wrongType(node.at, 'a file or package name', node.kind === 'scalar' ? 'another value' : `a ${node.kind}`);
  const { value } = node;
  const isFile = value.startsWith('./') || value.startsWith('../') || isAbsolute(value);
  const file = isFile ? resolve(dirname(from), value) : resolvePackage(node, value, from);
  if (!existsSync(file)) throw extendsMissing(node.at, value, 'no such file');
  return file;
}

function basesOf(tree: MapNode): readonly ConfigNode[] {
  const node = tree.entries.get('extends')?.node;
  if (!node) return [];
  return node.kind === 'list' ? node.items : [node];
}

async function joinFile(file: string, chain: readonly string[], walk: Walk): Promise<MapNode> {
  const id = realPath(file);
  const known = walk.done.get(id);
  if (known) return known;
  const tree = await readSource(file, walk);
  let joined: ConfigNode = { ...tree, entries: new Map() };
  for (const node of basesOf(tree)) joined = mergeNodes(joined, await joinBase(node, file, [...chain, id], walk));
  const result = mergeNodes(joined, withoutKeys(tree, 'extends')) as MapNode;
  walk.done.set(id, result);
  return result;
}

function joinBase(node: ConfigNode, from: string, chain: readonly string[], walk: Walk): Promise<MapNode> {
  const base = resolveBase(node, from);
  if (chain.includes(realPath(base)))
    throw extendsCycle(
      node.at,
      [...chain, base].map((file) => basename(file)),
    );
  if (walk.done.size + chain.length > MAX_FILES) throw extendsMissing(node.at, basename(base), `more than ${MAX_FILES} files are joined`);
  return joinFile(base, chain, walk);
}

/** A configuration with everything it extends: bases from left to right, then the file itself. Each value keeps the place it was written at. */
export function readWithBases(file: string, context: SourceContext): Promise<MapNode> {
  return joinFile(file, [], { ...context, done: new Map() });
}
