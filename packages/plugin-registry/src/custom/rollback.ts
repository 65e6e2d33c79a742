import type { RollbackJob } from '@provisioning-dist/core';
import validVersion from 'semver/functions/valid.js';
import { addressOf } from './address.ts';
import { pointerElsewhere, versionAbsent } from './errors.ts';
import type { CustomOptions, PointerOptions } from './options.ts';
import { MANIFEST, manifestUrl, publicTemplate, valuesOf } from './place.ts';
import { type PointedRelease, pointerAddress, pointerBody, versionIn } from './pointer.ts';
import { type PromoteInput, readPointer, retarget } from './promote.ts';
import { ask } from './request.ts';

type Job = RollbackJob<CustomOptions>;

/** `retarget` moves the pointer alone and leaves what is published where it is; everything else undoes the journal. */
export async function rollback(job: Job): Promise<void> {
  const { mode, options, release } = job;
  if (mode !== 'retarget') return await job.undo();
  const url = pointerAddress(options, release);
  if (!options.pointer || url === undefined) throw versionAbsent(job.to ?? '', `no pointer of ${release.version} is configured`);
  const found = await readPointer(job, url);
  const version = found ? versionIn(found.text, options.pointer) : undefined;
  if (version !== undefined && version === job.to) return;
  if (found && version !== release.version) throw pointerElsewhere(url, version, release.version);
  await job.effect(retarget, await inputFor(job, url, options.pointer));
}

async function inputFor(job: Job, url: string, pointer: PointerOptions): Promise<PromoteInput> {
  const { options, release, to: version = '' } = job;
  if (validVersion(version) === null) throw versionAbsent(version, 'it is no version');
  const target = { product: release.product, name: release.name, version };
  if (pointerAddress(options, target) !== url) throw versionAbsent(version, 'the pointer does not name such versions');
  const address = manifestUrl(options, target);
  if (address === undefined) throw versionAbsent(version, `the address of its ${MANIFEST} is not known`);
  const values = valuesOf(target, { name: MANIFEST, sha256: '' });
  const facts = await factsOf(job, address, version);
  const body = pointerBody(pointer, { ...target, ...facts }, addressOf(publicTemplate(options), values));
  return { url, version, body, contentType: pointer.contentType };
}

/** From the version's own record, which is there if the version is. */
async function factsOf(job: Job, address: string, version: string): Promise<Pick<PointedRelease, 'commit' | 'date'>> {
  const answer = await ask(job, address, { accept: [404, 410] });
  if (answer.status === 404 || answer.status === 410) throw versionAbsent(version, `its ${MANIFEST} is not there`);
  const found = answer.json() as { readonly version?: unknown; readonly commit?: unknown; readonly date?: unknown } | null;
  if (found?.version !== version) throw versionAbsent(version, `its ${MANIFEST} does not describe it`);
  return {
    ...(Number.isSafeInteger(found.date) && { date: found.date as number }),
    ...(typeof found.commit === 'string' && { commit: found.commit }),
  };
}
