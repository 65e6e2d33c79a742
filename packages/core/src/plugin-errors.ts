import type { Position } from './config/config.ts';
import { whereOf } from './config/errors.ts';
import { DistError, type DistErrorOptions, EXIT } from './errors.ts';

export function pluginNotFound(name: string, at: Position, cause: unknown): DistError {
  const hint = `install it beside the configuration: npm install --save-dev ${name}`;
  return problem('plugin-not-found', name, 'no such package is installed', { at, hint, cause });
}

/** Its code, its package.json, or its `setup`. */
export function pluginBroken(name: string, at: Position | undefined, cause: unknown): DistError {
  return problem('plugin-broken', name, cause instanceof Error ? cause.message : String(cause), { at, cause });
}

export function pluginShape(name: string, at: Position | undefined, state = 'its default export is not a plugin'): DistError {
  return problem('plugin-shape', name, state, { at, hint: 'export default definePlugin({ name, apiVersion, ... })' });
}

export function pluginApiVersion(name: string, at: Position | undefined, versions: { readonly wanted: unknown; readonly ours: number }): DistError {
  const { wanted, ours } = versions;
  const hint = typeof wanted === 'number' && wanted > ours ? 'update provisioning-dist' : 'update the plugin';
  return problem('plugin-api-version', name, `it is made for plugin API ${String(wanted)}, this is ${ours}`, { at, hint });
}

export function providedTwice(
  noun: string,
  key: string,
  first: string,
  second: { readonly name: string; readonly at: Position | undefined },
): DistError {
  return problem('provided-twice', second.name, `${noun} "${key}" is already provided by "${first}"`, { at: second.at });
}

interface Detail {
  readonly at: Position | undefined;
  readonly hint?: string;
  readonly cause?: unknown;
}

function problem(code: string, name: string, state: string, { at, hint, cause }: Detail): DistError {
  const options: DistErrorOptions = {
    exit: EXIT.usage,
    ...(at === undefined ? {} : { where: whereOf(at) }),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  };
  return new DistError(code, `Cannot load plugin "${name}": ${state}`, options);
}
