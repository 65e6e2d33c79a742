import type { FormatJob } from '@provisioning-dist/core';
import { type Plain, type TarOptions, tar, tarLength } from '@provisioning-dist/payload';
import type { ArchiveOptions } from './options.ts';
import { archiveTree, type Naming } from './tree.ts';

/** The tar every compressed archive holds. */
export function plainTar(job: FormatJob<ArchiveOptions>, naming: Naming): Iterable<Plain> {
  return tar(archiveTree(job, naming), job.content, tarOptions(job));
}

export function plainTarLength(job: FormatJob<ArchiveOptions>, naming: Naming): number {
  return tarLength(archiveTree(job, naming), tarOptions(job));
}

function tarOptions({ date }: FormatJob<ArchiveOptions>): TarOptions {
  return { dialect: 'pax-binary', mtime: date };
}
