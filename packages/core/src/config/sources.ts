import { basename, extname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Position } from './config.ts';
import { dataNode } from './data-node.ts';
import { configModule, configUnreadable, moduleTypeScript, notData, wrongType } from './errors.ts';
import { parseJson, parseYaml } from './parse-yaml.ts';
import type { ConfigNode, MapNode } from './position.ts';
import { readText } from './read-text.ts';

export const CONFIG_NAME = 'provisioning-dist';

export interface SourceContext {
  /** Names in errors are relative to it. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

function shownName(file: string, cwd: string): string {
  return relative(cwd, file) || basename(file);
}

/** Where a module failed, by the first frame in it. V8 does not tell where a syntax error stands. */
function failurePosition(error: unknown, file: string, shown: string): Position {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const url = pathToFileURL(file).href;
  const index = stack.indexOf(url) < 0 ? stack.indexOf(file) + file.length : stack.indexOf(url) + url.length;
  const [, line, column] = /^:(\d+)(?::(\d+))?/.exec(stack.slice(index)) ?? [];
  return { file: shown, key: '', ...(line === undefined ? {} : { line: Number(line) }), ...(column === undefined ? {} : { column: Number(column) }) };
}

const NO_TYPESCRIPT = new Set(['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING']);

async function importDefault(file: string, shown: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
    return module.default;
  } catch (error) {
    if (NO_TYPESCRIPT.has((error as NodeJS.ErrnoException).code ?? '')) throw moduleTypeScript(shown, error);
    throw configModule(failurePosition(error, file, shown), error);
  }
}

async function callDefault(exported: unknown, file: string, shown: string, context: SourceContext): Promise<unknown> {
  if (typeof exported !== 'function') return exported;
  try {
    return await exported({ cwd: context.cwd, env: context.env });
  } catch (error) {
    throw configModule(failurePosition(error, file, shown), error);
  }
}

async function loadModule(file: string, shown: string, context: SourceContext): Promise<ConfigNode> {
  const at = { file: shown, key: '' };
  const value = await callDefault(await importDefault(file, shown), file, shown, context);
  if (value === undefined) throw notData({ ...at, key: 'default' }, 'no default export');
  return dataNode(value, at);
}

const MODULES = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);

async function readTree(file: string, shown: string, context: SourceContext): Promise<ConfigNode | undefined> {
  const extension = extname(file);
  if (MODULES.has(extension)) {
    readText(file, shown);
    return loadModule(file, shown, context);
  }
  if (extension === '.json') return parseJson(readText(file, shown), shown, basename(file) === 'package.json' ? CONFIG_NAME : undefined);
  if (extension === '.yaml' || extension === '.yml' || extension === '' || basename(file) === `.${CONFIG_NAME}rc`)
    return parseYaml(readText(file, shown), shown);
  throw configUnreadable(shown, `"${extension}" is none of the known file types: yaml, yml, json, ts, js, mjs, cjs`);
}

/** One configuration file of any kind as a tree, `extends` not followed. */
export async function readSource(file: string, context: SourceContext): Promise<MapNode> {
  const shown = shownName(file, context.cwd);
  const tree = await readTree(file, shown, context);
  if (!tree) throw configUnreadable(shown, `it has no "${CONFIG_NAME}" key`);
  if (tree.kind !== 'map') throw wrongType({ ...tree.at, key: 'the configuration' }, 'a map', tree.kind === 'list' ? 'a list' : 'text');
  return tree;
}
