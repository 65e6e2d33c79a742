import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { codecNeeds } from './codec.ts';
import { fileName } from './names.ts';
import { type ArchOptions, archOptions } from './options.ts';
import { readArch } from './read.ts';
import { archParts } from './write.ts';

export const archFormat: FormatDefinition<ArchOptions> = defineFormat<ArchOptions>({
  kind: 'package',
  group: 'package',
  scope: 'cell',
  os: ['linux'],
  ext: 'pkg.tar.zst',
  services: 'systemd',
  options: archOptions,
  needs: (options) => ({ ...codecNeeds(options), digests: ['sha256', 'md5'] }),
  name: fileName,
  write: archParts,
  read: readArch,
});
