import type { z } from 'zod';
import type { DistError } from '../errors.ts';
import { missingKey, unknownKey, unknownValue, wrongType, wrongValue } from './errors.ts';
import { type ConfigNode, type KeyPath, keyPositionAt, nodeAt, positionAt } from './position.ts';

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};

function found(node: ConfigNode): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  const type = typeof node.value;
  if (type === 'function') return 'a function';
  return type === 'boolean' ? String(node.value) : type === 'number' ? `the number ${node.source ?? node.value}` : 'text';
}

/** YAML reads `1.10` as a number and `yes` as text; what was typed is text when quoted. */
function quoteHint(node: ConfigNode, expected: string): string | undefined {
  const bare = node.kind === 'scalar' && node.value !== null && typeof node.value !== 'string';
  return bare && expected === 'string' ? `put it in quotes: "${node.source ?? String(node.value)}"` : undefined;
}

/** The keys an object schema knows, by the list of keys it refused: the only thing of the raw issue that zod passes on. */
type KnownKeys = WeakMap<readonly string[], readonly string[]>;

function noteKnownKeys(known: KnownKeys): z.core.$ZodErrorMap {
  return (issue) => {
    if (issue.code === 'unrecognized_keys') known.set(issue.keys, Object.keys((issue.inst as z.ZodObject | undefined)?._zod.def.shape ?? {}));
    return undefined;
  };
}

interface Context {
  readonly root: ConfigNode;
  readonly known: KnownKeys;
  /** Further keys that may stand beside the options. */
  readonly common: readonly string[];
}

function pathOf(issue: Issue): (string | number)[] {
  return issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
}

function keyErrors(issue: z.core.$ZodIssueUnrecognizedKeys, path: KeyPath, { root, known, common }: Context): DistError[] {
  const keys = [...(known.get(issue.keys) ?? []), ...(path.length === 0 ? common : [])];
  const owner = positionAt(root, path).key;
  return issue.keys.map((key) => unknownKey(keyPositionAt(root, [...path, key]), key, owner, keys));
}

/** Of an alternative only the branch people meant is worth reading: the first one that accepted the value's type. */
function unionErrors(issue: z.core.$ZodIssueInvalidUnion, path: KeyPath, context: Context): DistError[] {
  const meant = issue.errors.find((branch) => !branch.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0));
  if (meant) return meant.flatMap((inner) => issueErrors({ ...inner, path: [...path, ...inner.path] }, context));
  const expected = new Set(issue.errors.flat().map((inner) => (inner.code === 'invalid_type' ? expectation(inner.expected) : inner.message)));
  const at = positionAt(context.root, path);
  const node = nodeAt(context.root, path);
  return [wrongType(at, [...expected].join(' or '), node ? found(node) : 'nothing')];
}

function expectation(expected: string): string {
  return EXPECTED[expected] ?? expected;
}

function stateOf(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function textAt(node: ConfigNode): string | undefined {
  return node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

function customError(issue: z.core.$ZodIssueCustom, path: KeyPath, context: Context): DistError {
  const hint = issue.params?.hint;
  return wrongValue(positionAt(context.root, path), undefined, issue.message, typeof hint === 'string' ? hint : undefined);
}

function invalidKey(issue: z.core.$ZodIssueInvalidKey, path: KeyPath, context: Context): DistError {
  return wrongValue(keyPositionAt(context.root, path), String(path.at(-1)), stateOf(issue.issues[0]?.message ?? issue.message));
}

function issueErrors(issue: Issue, context: Context): DistError[] {
  const path = pathOf(issue);
  const node = nodeAt(context.root, path);
  const at = positionAt(context.root, path);
  if (!node) return [missingKey(at)];
  if (issue.code === 'unrecognized_keys') return keyErrors(issue, path, context);
  if (issue.code === 'invalid_union') return unionErrors(issue, path, context);
  if (issue.code === 'invalid_key') return [invalidKey(issue, path, context)];
  if (issue.code === 'custom') return [customError(issue, path, context)];
  if (issue.code === 'invalid_type') return [wrongType(at, expectation(issue.expected), found(node), quoteHint(node, issue.expected))];
  const text = textAt(node);
  if (issue.code !== 'invalid_value') return [wrongValue(at, text, stateOf(issue.message))];
  const known = issue.values.map(String);
  return [text === undefined ? wrongType(at, `one of ${known.join(', ')}`, found(node)) : unknownValue(at, text, known)];
}

export type Checked<Value> =
  | { readonly value: Value; readonly errors: readonly [] }
  | { readonly value: undefined; readonly errors: readonly DistError[] };

/** Checks a plain value that was made from `root`, and says what is wrong where. */
export function check<Value>(schema: z.ZodType<Value>, value: unknown, root: ConfigNode, common: readonly string[] = []): Checked<Value> {
  const known: KnownKeys = new WeakMap();
  const result = schema.safeParse(value, { error: noteKnownKeys(known) });
  if (result.success) return { value: result.data, errors: [] };
  return { value: undefined, errors: result.error.issues.flatMap((issue) => issueErrors(issue, { root, known, common })) };
}
