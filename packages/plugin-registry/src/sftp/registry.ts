import { defineRegistry, type RegistryDefinition } from '@provisioning-dist/core';
import { addressBelow, keyOf } from '../store/options.ts';
import { stored } from '../store/registry.ts';
import { remotePreflight } from '../store/remote.ts';
import { type SftpRegistryOptions, sftpOptions } from './options.ts';

/** A folder on an SFTP server whose host key is known. */
export const sftp: RegistryDefinition<SftpRegistryOptions> = defineRegistry<SftpRegistryOptions>({
  ...stored,
  snapshots: false,
  options: sftpOptions,
  preflight: remotePreflight,
  locate: ({ name }, { options, release }) => (options.url === undefined ? undefined : addressBelow(options.url, keyOf(options, release, name))),
});
