import { defineFormat, type FormatDefinition, type FormatJob } from '@provisioning-dist/core';
import { gzip, type Needs, type Parts } from '@provisioning-dist/payload';
import { type ArchiveOptions, archiveOptions, levelOf } from './options.ts';
import { plainTar } from './plain-tar.ts';
import { readTarGz } from './read/tar-gz.ts';
import type { Naming } from './tree.ts';

const EXT = 'tar.gz';

export const tarGzFormat: FormatDefinition<ArchiveOptions> = defineFormat<ArchiveOptions>({
  kind: 'archive',
  group: 'archive',
  scope: 'cell',
  defaultFor: ['linux', 'macos'],
  ext: EXT,
  options: (kit) => archiveOptions(kit),
  needs: deflateNeeds,
  write: (job) => tarGzParts(job, { ext: EXT }),
  read: (source, distribution, view) => readTarGz(source, { ext: EXT, distribution, view }),
});

export function deflateNeeds(options: ArchiveOptions): Needs {
  return { codec: 'deflate', digests: ['sha256'], ...levelOf(options) };
}

export function tarGzParts(job: FormatJob<ArchiveOptions>, naming: Naming): Parts {
  return gzip(plainTar(job, naming), job.content, levelOf(job.options));
}
