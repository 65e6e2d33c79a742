import { defineFormat, type FormatDefinition } from '@provisioning-dist/core';
import { gzip, tar } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions } from './options.ts';
import { readTarGz } from './read/tar-gz.ts';
import { archiveTree } from './tree.ts';

const EXT = 'tar.gz';

export const tarGzFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  defaultFor: ['linux', 'macos', 'freebsd'],
  ext: EXT,
  options: archiveOptions,
  needs: ({ level }) => ({ codec: 'deflate', digests: ['sha256'], ...(level === undefined ? {} : { level }) }),
  write: (job) => {
    const plain = tar(archiveTree(job, EXT), job.content, { dialect: 'pax-binary', mtime: job.date });
    return gzip(plain, job.content, job.options.level === undefined ? {} : { level: job.options.level });
  },
  read: readTarGz,
});
