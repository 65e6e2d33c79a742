import type { RegistryDefinition } from '@provisioning-dist/core';
import { type StoreOptions, storeShape } from '../store/options.ts';

export interface LocalOptions extends StoreOptions {
  /** Absolute path of the folder published into. */
  readonly path: string;
}

export const localOptions: RegistryDefinition<LocalOptions>['options'] = (kit) =>
  kit.z.object({ path: kit.path().prefault('published').describe('Folder published into'), ...storeShape(kit) });
