import { type BuilderDefinition, type BuildJob, type BuildOutput, DistError, defineBuilder, type Finding } from '@provisioning-dist/core';
import { finished } from '../made/finish.ts';
import { stripFindings } from '../strip/outputs.ts';
import { fromArchive } from './archive.ts';
import { fromDirectory } from './directory.ts';
import { fromNpm } from './npm.ts';
import { type PrebuiltOptions, prebuiltOptions } from './options.ts';
import { request } from './request.ts';

type Job = BuildJob<PrebuiltOptions>;

/** Collects files that exist already: from a directory, an npm package or an archive. */
export const prebuilt: BuilderDefinition<PrebuiltOptions> = defineBuilder({ options: prebuiltOptions, preflight, build });

async function build(job: Job): Promise<readonly BuildOutput[]> {
  return finished(job, await collected(job));
}

async function collected(job: Job): Promise<readonly BuildOutput[]> {
  const wanted = request(job);
  if (wanted.kind === 'npm') return fromNpm(job, wanted);
  if (wanted.kind === 'archive') return fromArchive(job, wanted);
  return fromDirectory(job.root, wanted);
}

/** Only what no earlier builder can mend: a source may still be made by a step before this one. */
async function preflight(job: Job): Promise<readonly Finding[]> {
  try {
    request(job);
    return stripFindings(job);
  } catch (error) {
    // one that knows its line says more than a finding can
    if (!(error instanceof DistError) || error.where?.line !== undefined) throw error;
    return [{ level: 'error', code: error.code, subject: job.id, message: error.message, ...(error.hint && { hint: error.hint }) }];
  }
}
