import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { type DistError, throwCollected } from '../errors.ts';
import type { Position } from './config.ts';
import {
  aliasLimit,
  configEmpty,
  configSyntax,
  configTooLarge,
  depthLimit,
  duplicateKey,
  forbiddenKey,
  mergeKey,
  severalDocuments,
  unknownAlias,
  yamlVersion,
} from './errors.ts';
import { jsonProblem } from './json-syntax.ts';
import { type ConfigNode, joinKey, type MapEntry, type MapNode } from './position.ts';
import { tooDeepAt } from './yaml-depth.ts';

export const MAX_DEPTH = 100;
export const MAX_NODES = 100_000;
const MAX_ALIASES = 100;
const MAX_ERRORS = 20;

/** One conversion from yaml's nodes to ours. */
interface Reading {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
  readonly errors: DistError[];
  aliases: number;
  nodes: number;
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function positionOfNode(reading: Reading, node: Node, key: string): Position {
  return { file: reading.file, ...place(reading.lines, node.range?.[0] ?? 0), key };
}

function keyText(key: Scalar): string | undefined {
  if (typeof key.value === 'string') return key.value;
  return key.value === null ? undefined : (key.source ?? String(key.value));
}

/** The key of a pair, or undefined after noting why it cannot be one. */
function readKey(reading: Reading, pair: Pair, owner: string): { key: string; at: Position } | undefined {
  const { key } = pair;
  const node = key as Node;
  const text = isScalar(key) ? keyText(key) : undefined;
  const at = positionOfNode(reading, node, text === undefined ? owner : joinKey(owner, text));
  const error = text === undefined ? configSyntax(at, 'a key must be a string') : refusedKey(at, text, isScalar(key) && key.type === 'PLAIN');
  if (error) reading.errors.push(error);
  return error || text === undefined ? undefined : { key: text, at };
}

function refusedKey(at: Position, text: string, isPlain: boolean): DistError | undefined {
  if (text === '<<' && isPlain) return mergeKey(at);
  if (text === '__proto__') return forbiddenKey(at, text, 'the name is reserved by JavaScript');
  return undefined;
}

function readMap(reading: Reading, map: YAMLMap, at: Position, depth: number): MapNode {
  const entries = new Map<string, MapEntry>();
  for (const pair of map.items) {
    const found = readKey(reading, pair, at.key);
    if (!found) continue;
    const first = entries.get(found.key);
    if (first) reading.errors.push(duplicateKey(found.at, found.key, first.at.line));
    else entries.set(found.key, { at: found.at, node: readNode(reading, pair.value as Node | null, found.at, depth + 1) });
  }
  return { kind: 'map', at, entries };
}

function readAlias(reading: Reading, node: Node & { source: string }, at: Position, depth: number): ConfigNode {
  if (++reading.aliases > MAX_ALIASES) throw aliasLimit(at, MAX_ALIASES);
  const target = isAlias(node) ? node.resolve(reading.document) : undefined;
  if (!target) throw unknownAlias(at, node.source);
  return { ...readNode(reading, target, at, depth + 1), at };
}

/** `inherited` is where an absent value (`deb:`) counts as written. */
function readNode(reading: Reading, node: Node | null, inherited: Position, depth: number): ConfigNode {
  const at = node?.range ? positionOfNode(reading, node, inherited.key) : inherited;
  if (depth > MAX_DEPTH) throw depthLimit(at, MAX_DEPTH);
  if (++reading.nodes > MAX_NODES) throw configTooLarge(at, `${MAX_NODES} values`);
  if (isAlias(node)) return readAlias(reading, node, at, depth);
  if (isMap(node)) return readMap(reading, node, at, depth);
  if (isSeq(node)) {
    const items = node.items.map((item, index) => readNode(reading, item as Node | null, { ...at, key: joinKey(at.key, index) }, depth + 1));
    return { kind: 'list', at, items };
  }
  return readScalar(node as Scalar | null, at);
}

function readScalar(scalar: Scalar | null, at: Position): ConfigNode {
  const value = (scalar?.value ?? null) as string | number | boolean | null;
  return { kind: 'scalar', at, value, ...(scalar?.source === undefined ? {} : { source: scalar.source }) };
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pos: [number, number];
}

/** yaml's own limit is the stack; it says so with this code. */
const EXHAUSTED = 'RESOURCE_EXHAUSTION';

function syntaxError(file: string, lines: LineCounter, { code, message, pos }: Problem): DistError {
  const at = { file, ...place(lines, pos[0]), key: '' };
  if (code === EXHAUSTED) return depthLimit(at, MAX_DEPTH);
  const state = message.charAt(0).toLowerCase() + message.slice(1);
  return configSyntax(at, state, code === 'TAB_AS_INDENT' ? 'indent with spaces' : undefined);
}

function syntaxErrors(document: Document.Parsed, file: string, lines: LineCounter): DistError[] {
  const problems: readonly Problem[] = [...document.errors, ...document.warnings];
  const exhausted = problems.filter(({ code }) => code === EXHAUSTED).slice(0, 1);
  const shown = exhausted.length > 0 ? exhausted : problems.slice(0, MAX_ERRORS);
  return shown.map((problem) => syntaxError(file, lines, problem));
}

function refuseDepth(text: string, file: string): void {
  const offset = tooDeepAt(text, MAX_DEPTH);
  if (offset === undefined) return;
  const before = text.slice(0, offset).split('\n');
  throw depthLimit({ file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, key: '' }, MAX_DEPTH);
}

/** Parses to yaml's documents. Keys are compared by us: yaml's own check is quadratic. */
function parseDocuments(text: string, lines: LineCounter): Document.Parsed[] {
  return [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, stringKeys: false })];
}

function theDocument(documents: readonly Document.Parsed[], file: string, lines: LineCounter): Document.Parsed {
  const [document, second] = documents;
  if (!document) throw configEmpty(file);
  throwCollected(syntaxErrors(document, file, lines));
  if (second) throw severalDocuments({ file, ...place(lines, second.range[0]), key: '' });
  const { yaml } = document.directives;
  if (yaml.version !== '1.2') throw yamlVersion({ file, line: 1, key: '' }, yaml.version);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) throw configEmpty(file);
  return document;
}

function convert(document: Document.Parsed, file: string, lines: LineCounter, below: string | undefined): ConfigNode | undefined {
  const reading: Reading = { file, lines, document, errors: [], aliases: 0, nodes: 0 };
  const root = document.contents as Node;
  const node = below === undefined ? root : isMap(root) ? (root.get(below, true) as Node | undefined) : undefined;
  if (!node) return undefined;
  const tree = readNode(reading, node, positionOfNode(reading, node, ''), 0);
  throwCollected(reading.errors.slice(0, MAX_ERRORS));
  return tree;
}

/** Reads YAML 1.2: one document, no merge keys, limited in depth, size and aliases. Throws all problems found, with line and column. */
export function parseYaml(text: string, file: string): ConfigNode {
  refuseDepth(text, file);
  const lines = new LineCounter();
  const tree = convert(theDocument(parseDocuments(text, lines), file, lines), file, lines, undefined);
  if (!tree) throw configEmpty(file);
  return tree;
}

/** YAML reads more than JSON: comments, unquoted keys, trailing commas. */
function refuseLooseJson(text: string, file: string): void {
  const found = jsonProblem(text);
  if (!found) return;
  const before = text.slice(0, found.offset).split('\n');
  throw configSyntax({ file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, key: '' }, found.state);
}

/** Reads JSON (RFC 8259). With `below`, only the value of that top key, undefined when it is absent. */
export function parseJson(text: string, file: string, below?: string): ConfigNode | undefined {
  if (text.trim() === '') throw configEmpty(file);
  refuseLooseJson(text, file);
  refuseDepth(text, file);
  const lines = new LineCounter();
  return convert(theDocument(parseDocuments(text, lines), file, lines), file, lines, below);
}
