import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { zip } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions, levelOf } from './options.ts';
import { readZipArchive } from './read/zip.ts';
import { archiveTree } from './tree.ts';

const EXT = 'zip';

export const zipFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  defaultFor: ['windows'],
  ext: EXT,
  options: (kit) => archiveOptions(kit),
  needs: (options) => ({ codec: 'deflate', digests: ['sha256'], segments: 'each', ...levelOf(options) }),
  write: (job) => zip(archiveTree(job, { ext: EXT }), job.content, { mtime: job.date, ...levelOf(job.options) }),
  read: (source, distribution, view) => readZipArchive(source, { ext: EXT, distribution, view }),
});
