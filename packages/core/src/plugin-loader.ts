import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Position } from './config/config.ts';
import { API_VERSION, type Plugin } from './plugin.ts';
import { pluginApiVersion, pluginBroken, pluginNotFound, pluginShape } from './plugin-errors.ts';

/** What a plugin's package.json says under `provisioningDist`, so that nothing is imported before it is wanted. */
export interface PluginMetadata {
  readonly apiVersion?: number;
  readonly formats?: readonly string[];
  /** Groups it has a default format for. */
  readonly groups?: readonly string[];
  readonly builders?: readonly string[];
  readonly registries?: readonly string[];
  readonly keys?: readonly string[];
  readonly channels?: readonly string[];
  readonly facts?: readonly string[];
  readonly services?: readonly string[];
  readonly validators?: readonly string[];
}

export interface FoundPlugin {
  readonly name: string;
  readonly version: string;
  /** Where the configuration names it; absent for a bundled one it does not name. */
  readonly at: Position | undefined;
  /** Absent for a plugin that is a file of the project: it is imported to learn what it provides. */
  readonly metadata: PluginMetadata | undefined;
  readonly load: () => Promise<Plugin>;
}

/** Installed with the command line; used without being named in the configuration. */
export const BUNDLED: readonly string[] = [
  '@provisioning-dist/plugin-archive',
  '@provisioning-dist/plugin-build',
  '@provisioning-dist/plugin-notify',
  '@provisioning-dist/plugin-registry',
  '@provisioning-dist/plugin-services',
];

export function findBundled(name: string, at?: Position): FoundPlugin {
  return found({ name, at }, findPackageJSON(name, import.meta.url), () => import(name));
}

/** Finds a plugin named in the configuration: a package as seen from the configuration's folder, a file of the project, or a bundled one. */
export async function findPlugin(name: string, configFile: string, at: Position): Promise<FoundPlugin> {
  if (name.startsWith('./') || name.startsWith('../') || isAbsolute(name)) return foundFile({ name, at }, resolve(dirname(configFile), name));
  const base = pathToFileURL(configFile).href;
  const url = await resolved(name, base, at);
  return url === undefined ? findBundled(name, at) : found({ name, at }, findPackageJSON(name, base), () => import(url));
}

/** Undefined for a bundled plugin that the project has not installed itself. */
async function resolved(name: string, base: string, at: Position): Promise<string | undefined> {
  const { resolve: resolveModule } = await import('import-meta-resolve');
  try {
    return resolveModule(name, base);
  } catch (error) {
    if (BUNDLED.includes(name)) return undefined;
    throw pluginNotFound(name, at, error);
  }
}

interface Named {
  readonly name: string;
  readonly at: Position | undefined;
}

/** Refused by its package.json already when it is made for another API: what it imports may not exist here. */
function found(named: Named, packageFile: string | undefined, load: () => Promise<unknown>): FoundPlugin {
  const { version = '0.0.0', provisioningDist: metadata } = manifestOf(named, packageFile);
  const wanted = metadata?.apiVersion;
  if (wanted !== undefined && wanted !== API_VERSION) throw pluginApiVersion(named.name, named.at, { wanted, ours: API_VERSION });
  return { ...named, version, metadata, load: async () => checkPlugin(named, await imported(named, load)) };
}

interface PackageManifest {
  readonly version?: string;
  readonly provisioningDist?: PluginMetadata;
}

function manifestOf({ name, at }: Named, packageFile: string | undefined): PackageManifest {
  if (packageFile === undefined) return {};
  try {
    return JSON.parse(readFileSync(packageFile, 'utf8')) as PackageManifest;
  } catch (error) {
    throw pluginBroken(name, at, error);
  }
}

function foundFile(named: Named, file: string): FoundPlugin {
  const load = async () => checkPlugin(named, await imported(named, () => import(pathToFileURL(file).href)));
  return { ...named, version: '0.0.0', metadata: undefined, load };
}

async function imported({ name, at }: Named, load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    throw pluginBroken(name, at, error);
  }
}

function checkPlugin({ name, at }: Named, module: unknown): Plugin {
  const plugin = (module as { default?: unknown }).default;
  if (!isRecord(plugin) || typeof plugin.name !== 'string') throw pluginShape(name, at);
  if (plugin.apiVersion !== API_VERSION) throw pluginApiVersion(name, at, { wanted: plugin.apiVersion, ours: API_VERSION });
  const problem = definitionProblem(plugin);
  if (problem !== undefined) throw pluginShape(name, at, problem);
  return plugin as unknown as Plugin;
}

/** What each definition must have, so that a slip in one written without types is told by its name and not by a crash somewhere. */
const HANDLERS: Readonly<Record<string, readonly string[]>> = {
  formats: ['options'],
  builders: ['options', 'build'],
  registries: ['options', 'publish'],
  keys: ['options', 'info'],
  channels: ['options', 'send'],
  facts: ['options'],
  services: ['files'],
  validators: ['options', 'validate'],
};

function definitionProblem(plugin: Readonly<Record<string, unknown>>): string | undefined {
  for (const [section, handlers] of Object.entries(HANDLERS)) {
    const definitions = plugin[section] ?? {};
    if (!isRecord(definitions)) return `its "${section}" is no map`;
    for (const [key, definition] of Object.entries(definitions)) {
      const missing = handlers.find((handler) => !isRecord(definition) || typeof definition[handler] !== 'function');
      if (missing !== undefined) return `${section} "${key}" has no function "${missing}"`;
      if (section === 'formats' && isRecord(definition) && (typeof definition.write === 'function') === (typeof definition.layout === 'function'))
        return `format "${key}" must have one of "write" and "layout"`;
    }
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
