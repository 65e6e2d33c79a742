import { fileStorage, type Storage } from '@provisioning-dist/storage';
import type { LocalOptions } from '../local/options.ts';
import type { S3RegistryOptions } from '../s3/options.ts';
import { openS3 } from '../s3/options.ts';
import type { SftpRegistryOptions } from '../sftp/options.ts';
import { openSftp } from '../sftp/options.ts';

/** Options of a registry whose objects are in a storage. */
export type PlaceOptions = LocalOptions | S3RegistryOptions | SftpRegistryOptions;

const storages = new WeakMap<PlaceOptions, Promise<Storage>>();

/** One storage for all effects of an instance. */
export function storageOf(options: PlaceOptions): Promise<Storage> {
  const storage = storages.get(options) ?? open(options);
  storages.set(options, storage);
  return storage;
}

async function open(options: PlaceOptions): Promise<Storage> {
  if ('path' in options) return fileStorage(options.path);
  return await ('bucket' in options ? openS3(options) : openSftp(options));
}
