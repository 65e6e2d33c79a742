import type { FormatJob } from '@provisioning-dist/core';
import { type Parts, tar } from '@provisioning-dist/payload';
import { compressed } from './codec.ts';
import type { ArchOptions } from './options.ts';
import { archContents } from './package.ts';

/** One tar archive: .INSTALL, .MTREE, .PKGINFO, then the tree. Names are raw bytes in GNU's dialect, so that no locale matters. */
export function archParts(job: FormatJob<ArchOptions>): Parts {
  const { members, content, inlined } = archContents(job);
  return compressed(inlined(tar(members, content, { dialect: 'gnu', mtime: job.date })), content, job.options);
}
