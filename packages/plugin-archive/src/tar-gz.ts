import { defineFormat, type FormatDefinition, type FormatJob } from '@provisioning-dist/core';
import { gzip, type Needs, type Parts, tar } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions } from './options.ts';
import { readTarGz } from './read/tar-gz.ts';
import { archiveTree, type Naming } from './tree.ts';

const EXT = 'tar.gz';

export const tarGzFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  defaultFor: ['linux', 'macos', 'freebsd'],
  ext: EXT,
  options: archiveOptions,
  needs: deflateNeeds,
  write: (job) => tarGzParts(job, { ext: EXT }),
  read: (source, distribution, view) => readTarGz(source, { ext: EXT, distribution, view }),
});

export function deflateNeeds({ level }: ArchiveOptions): Needs {
  return { codec: 'deflate', digests: ['sha256'], ...(level === undefined ? {} : { level }) };
}

export function tarGzParts(job: FormatJob<ArchiveOptions>, naming: Naming): Parts {
  const { level } = job.options;
  const plain = tar(archiveTree(job, naming), job.content, { dialect: 'pax-binary', mtime: job.date });
  return gzip(plain, job.content, level === undefined ? {} : { level });
}
