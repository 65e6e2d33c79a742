import type { LoadedConfig } from '../config/config.ts';
import { configSchema, type JsonSchema } from '../config/json-schema.ts';
import { DistError } from '../errors.ts';
import { allPlugins } from '../host.ts';
import { openConfig, type SessionOptions, type SessionTools } from './session.ts';

/** The schema of a project's configuration; outside a project, of one with the bundled plugins. */
export async function projectSchema(place: Pick<SessionOptions, 'cwd' | 'configFile'>, tools: SessionTools): Promise<JsonSchema> {
  return configSchema(await allPlugins(await configIfAny(place, tools)));
}

async function configIfAny(place: Pick<SessionOptions, 'cwd' | 'configFile'>, tools: SessionTools): Promise<LoadedConfig | undefined> {
  try {
    return (await openConfig(place, tools)).config;
  } catch (error) {
    const isOutside = place.configFile === undefined && error instanceof DistError && error.code === 'config-not-found';
    if (isOutside) return undefined;
    throw error;
  }
}
