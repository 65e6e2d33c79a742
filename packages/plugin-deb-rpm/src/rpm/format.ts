import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { codecNeeds } from './codec.ts';
import { fileName } from './names.ts';
import { type RpmOptions, rpmOptions } from './options.ts';
import { readRpm } from './read/read.ts';
import { rpmParts } from './write.ts';

export const rpmFormat: FormatDefinition<RpmOptions> = defineFormat<RpmOptions>({
  kind: 'package',
  group: 'package',
  scope: 'cell',
  os: ['linux'],
  ext: 'rpm',
  column: 'rpm',
  services: 'systemd',
  options: rpmOptions,
  needs: (options) => ({ ...codecNeeds(options), digests: ['sha256'] }),
  name: fileName,
  write: rpmParts,
  read: readRpm,
});
