import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { BuildJob, BuildOutput } from '@provisioning-dist/core';
import { list } from './directory.ts';
import { notAnArchive, sourceMissing, wrongDigest } from './errors.ts';
import { extract } from './extract.ts';
import { recall, remember, sha256Of } from './kept.ts';
import { members } from './members.ts';
import type { ArchiveRequest } from './request.ts';

/** Outputs taken from an archive into the build folder; an unchanged archive is not unpacked again. */
export async function fromArchive(job: BuildJob<unknown>, { archive, sha256, picks }: ArchiveRequest): Promise<readonly BuildOutput[]> {
  const path = resolve(job.root, archive);
  const source = `"${archive}"`;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw sourceMissing(archive, dirname(path), list(dirname(path)));
  if (!stats.isFile()) throw notAnArchive(archive, 'not a file');
  const found = await sha256Of(path);
  if (sha256 !== undefined && sha256 !== found) throw wrongDigest(source, 'sha256', { expected: sha256, found });
  const key = ['archive', found, picks];
  const kept = await recall(job.buildDir, key);
  if (kept) return kept;
  job.log.debug(`take ${picks.length} files from ${archive}`);
  return remember(job.buildDir, key, await extract(members(path, archive), picks, { folder: job.buildDir, source, signal: job.signal }));
}
