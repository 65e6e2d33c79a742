import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Position } from './config/config.ts';
import { whereOf } from './config/errors.ts';
import { DistError, EXIT } from './errors.ts';
import { API_VERSION, type Plugin } from './plugin.ts';

/** What a plugin's package.json says under `provisioningDist`, so that nothing is imported before it is wanted. */
export interface PluginMetadata {
  readonly apiVersion?: number;
  readonly formats?: readonly string[];
  /** Groups it has a default format for. */
  readonly groups?: readonly string[];
  readonly builders?: readonly string[];
  readonly registries?: readonly string[];
}

export interface FoundPlugin {
  readonly name: string;
  readonly version: string;
  /** Absent for a plugin that is a file of the project: it is imported to learn what it provides. */
  readonly metadata: PluginMetadata | undefined;
  readonly load: () => Promise<Plugin>;
}

/** Installed with the command line; used without being named in the configuration. */
export const BUNDLED: readonly string[] = [
  '@provisioning-dist/plugin-archive',
  '@provisioning-dist/plugin-build',
  '@provisioning-dist/plugin-registry',
];

export function findBundled(name: string): FoundPlugin {
  return found(name, findPackageJSON(name, import.meta.url), () => import(name));
}

/** Finds a plugin named in the configuration: a package as seen from the configuration's folder, a file of the project, or a bundled one. */
export async function findPlugin(name: string, configFile: string, at: Position): Promise<FoundPlugin> {
  if (name.startsWith('./') || name.startsWith('../') || isAbsolute(name)) return foundFile(name, resolve(dirname(configFile), name));
  const base = pathToFileURL(configFile).href;
  const { resolve: resolveModule } = await import('import-meta-resolve');
  try {
    const url = resolveModule(name, base);
    return found(name, findPackageJSON(name, base), () => import(url));
  } catch (error) {
    if (BUNDLED.includes(name)) return findBundled(name);
    throw pluginNotFound(name, at, error);
  }
}

function found(name: string, packageFile: string | undefined, load: () => Promise<unknown>): FoundPlugin {
  const manifest =
    packageFile === undefined ? {} : (JSON.parse(readFileSync(packageFile, 'utf8')) as { version?: string; provisioningDist?: PluginMetadata });
  return {
    name,
    version: manifest.version ?? '0.0.0',
    metadata: manifest.provisioningDist,
    load: async () => checkPlugin(name, await load()),
  };
}

function foundFile(name: string, file: string): FoundPlugin {
  return { name, version: '0.0.0', metadata: undefined, load: async () => checkPlugin(name, await importFile(name, file)) };
}

async function importFile(name: string, file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw pluginBroken(name, error);
  }
}

function checkPlugin(name: string, module: unknown): Plugin {
  const plugin = (module as { default?: unknown }).default;
  if (typeof plugin !== 'object' || plugin === null || typeof (plugin as Plugin).name !== 'string') throw pluginShape(name);
  const { apiVersion } = plugin as Plugin;
  if (apiVersion !== API_VERSION) throw pluginApiVersion(name, apiVersion);
  return plugin as Plugin;
}

function pluginNotFound(name: string, at: Position, cause: unknown): DistError {
  return new DistError('plugin-not-found', `Cannot load plugin "${name}": no such package is installed`, {
    exit: EXIT.usage,
    where: whereOf(at),
    hint: `install it beside the configuration: npm install --save-dev ${name}`,
    cause,
  });
}

function pluginBroken(name: string, cause: unknown): DistError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new DistError('plugin-broken', `Cannot load plugin "${name}": ${text}`, { exit: EXIT.usage, cause });
}

function pluginShape(name: string): DistError {
  return new DistError('plugin-shape', `Cannot load plugin "${name}": its default export is not a plugin`, {
    exit: EXIT.usage,
    hint: 'export default definePlugin({ name, apiVersion, ... })',
  });
}

function pluginApiVersion(name: string, version: number): DistError {
  return new DistError('plugin-api-version', `Cannot load plugin "${name}": it is made for plugin API ${version}, this is ${API_VERSION}`, {
    exit: EXIT.usage,
    hint: version > API_VERSION ? 'update provisioning-dist' : 'update the plugin',
  });
}
