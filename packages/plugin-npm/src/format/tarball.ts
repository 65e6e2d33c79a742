import type { FormatJob, Release } from '@provisioning-dist/core';
import { gzip, type Member, type Part, tar } from '@provisioning-dist/payload';
import type { PackageOptions } from './options.ts';

/** What every npm package is: a gzipped tar of files below `package/`, package.json first. */

type File = Member & { readonly type: 'file' };

export function tarball(
  job: Pick<FormatJob<unknown>, 'content' | 'date'>,
  files: readonly File[],
  { level }: { readonly level?: number | undefined } = {},
): Iterable<Part, void, unknown> {
  const members = files.map((file): File => ({ ...file, path: `package/${file.path}`, mode: (file.mode & 0o111) === 0 ? 0o644 : 0o755 }));
  return gzip(tar(members, job.content, { dialect: 'pax', mtime: job.date }), job.content, level === undefined ? {} : { level });
}

export function textFile(path: string, text: string, mode = 0o644): File {
  const bytes = Buffer.from(text);
  return { type: 'file', path, mode, size: bytes.length, source: { bytes } };
}

export function manifestFile(manifest: object): File {
  return textFile('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

/** What both kinds of packages say about the product. */
export function commonManifest({ description, homepage, license, maintainer }: Release, { repository, keywords }: PackageOptions): object {
  return {
    ...(description !== undefined && { description }),
    ...(keywords !== undefined && { keywords }),
    ...(homepage !== undefined && { homepage }),
    ...(license !== undefined && { license }),
    ...(maintainer !== undefined && { author: maintainer }),
    ...(repository !== undefined && { repository: { type: 'git', url: repository } }),
  };
}
