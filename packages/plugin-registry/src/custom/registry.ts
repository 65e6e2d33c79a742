import { type Artifact, DistError, defineRegistry, type RegistryDefinition, type RegistryJob } from '@provisioning-dist/core';
import { isLaterThan } from '../store/pointer.ts';
import { shown } from '../url.ts';
import { addressOf } from './address.ts';
import { chosenArtifacts } from './chosen.ts';
import { type CustomOptions, customOptions } from './options.ts';
import { isPublic, locate, manifestAddress, valuesOf } from './place.ts';
import { pointerAddress, pointerBody, versionIn } from './pointer.ts';
import { preflight } from './preflight.ts';
import { promote, readPointer, retarget } from './promote.ts';
import { record } from './record.ts';
import { rollback } from './rollback.ts';
import { type UploadInput, upload } from './upload.ts';
import { verify } from './verify.ts';

/** Any HTTP server, by description. */
export const custom: RegistryDefinition<CustomOptions> = defineRegistry<CustomOptions>({
  options: customOptions,
  effects: [upload, promote, retarget],
  preflight,
  locate,
  publish: async (job) => {
    const artifacts = chosenArtifacts(job);
    await Promise.all(artifacts.map((artifact) => job.effect(upload, uploadInput(job, artifact))));
    await point(job, artifacts);
  },
  current: (job) => current(job, isPublic(job.options)),
  verify,
  rollbackModes: ['retarget'],
  rollback,
  record,
});

function uploadInput({ options, release }: RegistryJob<CustomOptions>, artifact: Artifact): UploadInput {
  const { name, size, sha256 } = artifact;
  const values = valuesOf(release, artifact);
  return { artifact: { name, size, sha256 }, url: addressOf(options.url, values), values };
}

async function point(job: RegistryJob<CustomOptions>, artifacts: readonly Artifact[]): Promise<void> {
  const { options, release, log } = job;
  const url = pointerAddress(options, release);
  if (!options.pointer) return;
  if (url === undefined) return log.info(`the pointer does not name pre-releases: ${release.version} is not pointed to`);
  const found = await currentIfTold(job);
  if (found !== undefined && isLaterThan(found, release)) return log.info(`${shown(url)} stays at ${found}`);
  const body = pointerBody(options.pointer, release, manifestAddress(job, artifacts));
  const { product, name, version } = release;
  const recorded = artifacts.some(({ kind }) => kind === 'manifest') && { recorded: { product, name } };
  await job.effect(promote, { url, version, body, contentType: options.pointer.contentType, ...recorded });
}

/** The effect looks for itself, again and again where a connection breaks. */
async function currentIfTold(job: RegistryJob<CustomOptions>): Promise<string | undefined> {
  try {
    return await current(job, false);
  } catch (error) {
    if (error instanceof DistError && error.code === 'pointer-unreadable') throw error;
    return undefined;
  }
}

async function current(job: RegistryJob<CustomOptions>, anonymous: boolean): Promise<string | undefined> {
  const { options, release } = job;
  const url = pointerAddress(options, release);
  if (!options.pointer || url === undefined) return undefined;
  const found = await readPointer(job, url, anonymous);
  return found ? versionIn(found.text, options.pointer) : undefined;
}
