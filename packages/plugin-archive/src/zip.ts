import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { zip } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions } from './options.ts';
import { readZipArchive } from './read/zip.ts';
import { archiveTree } from './tree.ts';

const EXT = 'zip';

export const zipFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  defaultFor: ['windows'],
  ext: EXT,
  options: archiveOptions,
  needs: ({ level }) => ({ codec: 'deflate', digests: ['sha256'], segments: 'each', ...(level === undefined ? {} : { level }) }),
  write: (job) => {
    const { level } = job.options;
    return zip(archiveTree(job, { ext: EXT }), job.content, { mtime: job.date, ...(level === undefined ? {} : { level }) });
  },
  read: (source, distribution, view) => readZipArchive(source, { ext: EXT, distribution, view }),
});
