import { type AnyEffect, type Artifact, DistError, type RegistryDefinition, type RegistryJob } from '@provisioning-dist/core';
import { keyOf } from './options.ts';
import { isLaterThan, pointerFor, pointerKey, versionIn } from './pointer.ts';
import { promote, readPointer, retarget } from './promote.ts';
import { record } from './record.ts';
import { rollback } from './rollback.ts';
import type { PlaceOptions } from './storage.ts';
import { type UploadInput, upload } from './upload.ts';
import { verify } from './verify.ts';

type Shared = 'effects' | 'snapshots' | 'publish' | 'current' | 'verify' | 'rollbackModes' | 'rollback' | 'record';

const effects: readonly AnyEffect[] = [upload, promote, retarget];

/** What registries made of stored objects have in common: artifacts below their version, and a pointer to the newest. */
export const stored: Pick<Required<RegistryDefinition<PlaceOptions>>, Shared> = {
  effects,
  snapshots: true,
  publish,
  current,
  verify,
  rollbackModes: ['retarget'],
  rollback,
  record,
};

async function publish(job: RegistryJob<PlaceOptions>): Promise<void> {
  const { release, options } = job;
  const artifacts = job.artifacts();
  await Promise.all(artifacts.map((artifact) => job.effect(upload, uploadInput(job, artifact))));
  const found = await currentIfTold(job);
  if (found !== undefined && isLaterThan(found, release)) job.log.info(`${pointerKey(release)} stays at ${found}`);
  else await job.effect(promote, { key: pointerKey(release), pointer: pointerFor(release, options, artifacts) });
}

/** The effect looks for itself, again and again where a connection breaks. */
async function currentIfTold(job: RegistryJob<PlaceOptions>): Promise<string | undefined> {
  try {
    return await current(job);
  } catch (error) {
    if (error instanceof DistError && error.code === 'pointer-unreadable') throw error;
    return undefined;
  }
}

function uploadInput({ options, release }: RegistryJob<PlaceOptions>, artifact: Artifact): UploadInput {
  const { name, size, sha256, type } = artifact;
  return { artifact: { name, size, sha256 }, type, key: keyOf(options, release, name), replace: release.snapshot };
}

async function current(job: RegistryJob<PlaceOptions>): Promise<string | undefined> {
  const key = pointerKey(job.release);
  const found = await readPointer(key, job);
  return found ? versionIn(found.text, key) : undefined;
}
