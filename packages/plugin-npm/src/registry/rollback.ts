import type { RollbackJob } from '@provisioning-dist/core';
import validVersion from 'semver/functions/valid.js';
import { npmVersion } from '../package-name.ts';
import { chosenPackages } from './chosen.ts';
import { packument } from './client.ts';
import { versionAbsent } from './errors.ts';
import type { NpmOptions } from './options.ts';
import { retarget, type TagInput, tagFor } from './tag.ts';

type Job = RollbackJob<NpmOptions>;

/** `retarget` moves the tag alone; everything else undoes the journal, as far as npm lets it. */
export async function rollback(job: Job): Promise<void> {
  if (job.mode !== 'retarget') return await job.undo();
  const version = job.to ?? '';
  if (validVersion(version) === null) throw versionAbsent(version, 'it is no version');
  for (const { name } of mainPackages(job)) await retargetOne(job, { name, version: npmVersion(version), tag: tagFor(job.options, job.release) });
}

/** From the journal: the artifacts need not be here. */
function mainPackages(job: Job): readonly { readonly name: string }[] {
  const names = job.journal.filter(({ effect }) => effect === 'npm.tag').map(({ input }) => (input as TagInput).name);
  const known = names.length > 0 ? names : chosenPackages(job).flatMap(({ name, isMain }) => (isMain ? [name] : []));
  return [...new Set(known)].map((name) => ({ name }));
}

async function retargetOne(job: Job, input: TagInput): Promise<void> {
  const { name, version, tag } = input;
  const { versions = {}, tags = {} } = (await packument(job, name)) ?? {};
  const found = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  if (found === version) return;
  if (!Object.hasOwn(versions, version)) throw versionAbsent(version, `${name} has no such version`);
  const isOurs = found === undefined || found === npmVersion(job.release.version);
  if (isOurs) await job.effect(retarget, input);
  else job.log.warn(`"${tag}" of ${name} names ${found}, not ${job.release.version}: it is left alone`);
}
