import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { readXz, xz } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions, type Levels, levelOf } from './options.ts';
import { plainTar } from './plain-tar.ts';
import { readTarArchive } from './read/tar.ts';

const EXT = 'tar.xz';
const LEVELS: Levels = { codec: 'xz', min: 0, max: 9, usual: 6 };

export const tarXzFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  defaultFor: ['freebsd'],
  ext: EXT,
  options: (kit) => archiveOptions(kit, LEVELS),
  needs: (options) => ({ codec: 'xz', digests: ['sha256'], ...levelOf(options) }),
  write: (job) => xz(plainTar(job, { ext: EXT }), job.content, levelOf(job.options)),
  read: (source, distribution, view) => readTarArchive(source, { ext: EXT, distribution, view }, { decompress: readXz }),
});
