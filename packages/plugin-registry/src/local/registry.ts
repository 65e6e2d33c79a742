import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineRegistry, type RegistryDefinition } from '@provisioning-dist/core';
import { addressBelow, keyOf } from '../store/options.ts';
import { stored } from '../store/registry.ts';
import { type LocalOptions, localOptions } from './options.ts';
import { preflight } from './preflight.ts';

/** A folder: what a web server or a shared disk shows. */
export const local: RegistryDefinition<LocalOptions> = defineRegistry<LocalOptions>({
  ...stored,
  options: localOptions,
  preflight,
  locate: ({ name }, { options, release }) => addressOf(options, keyOf(options, release, name)),
});

function addressOf({ path, url }: LocalOptions, key: string): string {
  return url === undefined ? pathToFileURL(join(path, key)).href : addressBelow(url, key);
}
