import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { codecNeeds } from './codec.ts';
import { fileName } from './names.ts';
import { type DebOptions, debOptions } from './options.ts';
import { readDeb } from './read/read.ts';
import { debParts } from './write.ts';

export const debFormat: FormatDefinition<DebOptions> = defineFormat<DebOptions>({
  kind: 'package',
  group: 'package',
  scope: 'cell',
  os: ['linux'],
  ext: 'deb',
  column: 'deb',
  services: 'systemd',
  options: debOptions,
  needs: (options) => ({ ...codecNeeds(options), digests: ['sha256', 'md5'] }),
  name: fileName,
  write: debParts,
  read: readDeb,
});
