import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Artifact, defineRegistry, type RegistryDefinition, type RegistryJob } from '@provisioning-dist/core';
import isLater from 'semver/functions/gt.js';
import validVersion from 'semver/functions/valid.js';
import { pointerUnreadable } from './errors.ts';
import { keyOf, type LocalOptions, localOptions } from './options.ts';
import { type Pointer, pointerFor, pointerKey } from './pointer.ts';
import { preflight } from './preflight.ts';
import { promote, readPointer } from './promote.ts';
import { type UploadInput, upload } from './upload.ts';

/** A folder: artifacts below their version, and a pointer to the newest. What a web server or a shared disk shows. */
export const local: RegistryDefinition<LocalOptions> = defineRegistry({
  options: localOptions,
  effects: [upload, promote],
  snapshots: true,
  preflight,
  locate: ({ name }, { options, release }) => addressOf(options, keyOf(options, release, name)),
  publish: async (job) => {
    const artifacts = job.artifacts();
    await Promise.all(artifacts.map((artifact) => job.effect(upload, uploadInput(job, artifact))));
    const newer = await newerCurrent(job);
    if (newer !== undefined) job.log.info(`${pointerKey(job.release)} stays at ${newer}`);
    else await job.effect(promote, { key: pointerKey(job.release), pointer: pointerFor(job.release, job.options, artifacts) });
  },
  current,
});

function uploadInput({ options, release }: RegistryJob<LocalOptions>, artifact: Artifact): UploadInput {
  const { name, size, sha256, type } = artifact;
  return { artifact: { name, size, sha256 }, type, key: keyOf(options, release, name), replace: release.snapshot };
}

function addressOf({ path, url }: LocalOptions, key: string): string {
  if (url === undefined) return pathToFileURL(join(path, key)).href;
  return `${url.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

async function current(job: RegistryJob<LocalOptions>): Promise<string | undefined> {
  const key = pointerKey(job.release);
  const found = await readPointer(key, job);
  return found ? versionIn(found.text, key) : undefined;
}

/** The version clients get, when it is a later one: a fix for an old line must not take them back. Snapshots have no order. */
async function newerCurrent(job: RegistryJob<LocalOptions>): Promise<string | undefined> {
  if (job.release.snapshot) return undefined;
  const found = await current(job);
  return found !== undefined && validVersion(found) !== null && isLater(found, job.release.version) ? found : undefined;
}

function versionIn(text: string, key: string): string {
  try {
    const { version } = JSON.parse(text) as Partial<Pointer>;
    if (typeof version !== 'string') throw new TypeError('it names no version');
    return version;
  } catch (error) {
    throw pointerUnreadable(key, error);
  }
}
