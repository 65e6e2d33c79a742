import { fileStorage, type Storage } from '@provisioning-dist/storage';
import type { LocalOptions } from '../local/options.ts';

/** Options of a registry whose objects are in a storage. */
export type PlaceOptions = LocalOptions;

const storages = new WeakMap<PlaceOptions, Promise<Storage>>();

/** One storage for all effects of an instance. */
export function storageOf(options: PlaceOptions): Promise<Storage> {
  const storage = storages.get(options) ?? open(options);
  storages.set(options, storage);
  return storage;
}

async function open(options: PlaceOptions): Promise<Storage> {
  return fileStorage(options.path);
}
