import { createBrotliDecompress } from 'node:zlib';
import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { brotli } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions, type Levels, levelOf } from './options.ts';
import { plainTar, plainTarLength } from './plain-tar.ts';
import { readTarArchive } from './read/tar.ts';
import { through } from './read/through.ts';

const EXT = 'tar.br';
const LEVELS: Levels = { codec: 'Brotli', min: 0, max: 11, usual: 9 };

export const tarBrFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  ext: EXT,
  options: (kit) => archiveOptions(kit, LEVELS),
  needs: (options) => ({ codec: 'brotli', digests: ['sha256'], ...levelOf(options) }),
  write: (job) => brotli(plainTar(job, { ext: EXT }), { length: plainTarLength(job, { ext: EXT }), ...levelOf(job.options) }),
  read: (source, distribution, view) => readTarArchive(source, { ext: EXT, distribution, view }, { decompress: unbrotli }),
});

function unbrotli(pieces: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return through(pieces, createBrotliDecompress({ chunkSize: 256 * 1024 }));
}
