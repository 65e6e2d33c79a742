import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { fileName } from './names.ts';
import { type ApkOptions, apkOptions } from './options.ts';
import { readApk } from './read.ts';
import { apkParts } from './write.ts';

export const apkFormat: FormatDefinition<ApkOptions> = defineFormat<ApkOptions>({
  kind: 'package',
  group: 'package',
  scope: 'cell',
  os: ['linux'],
  ext: 'apk',
  column: 'apk',
  options: apkOptions,
  needs: ({ level }) => ({ codec: 'deflate', ...(level === undefined ? {} : { level }), digests: ['sha256', 'sha1'] }),
  name: fileName,
  write: apkParts,
  read: readApk,
});
