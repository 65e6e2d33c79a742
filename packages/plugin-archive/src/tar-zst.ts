import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { readZstd, zstdFrames } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions, type Levels, levelOf } from './options.ts';
import { plainTar } from './plain-tar.ts';
import { readTarArchive } from './read/tar.ts';

const EXT = 'tar.zst';
/** Those above want windows that decoders refuse unless told otherwise. */
const LEVELS: Levels = { codec: 'zstd', min: 1, max: 19, usual: 3 };

export const tarZstFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  ext: EXT,
  options: (kit) => archiveOptions(kit, LEVELS),
  needs: (options) => ({ codec: 'zstd', digests: ['sha256'], ...levelOf(options) }),
  write: (job) => zstdFrames(plainTar(job, { ext: EXT }), levelOf(job.options)),
  read: (source, distribution, view) => readTarArchive(source, { ext: EXT, distribution, view }, { decompress: readZstd }),
});
