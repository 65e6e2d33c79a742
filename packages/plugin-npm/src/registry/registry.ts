import { type ArtifactRef, defineRegistry, type RegistryDefinition, type RegistryJob } from '@provisioning-dist/core';
import { npmVersion, packageIn } from '../package-name.ts';
import { type ChosenPackage, chosenPackages } from './chosen.ts';
import { tarballUrl } from './client.ts';
import { nothingToPublish } from './errors.ts';
import { type NpmOptions, npmOptions } from './options.ts';
import { preflight } from './preflight.ts';
import { publishMain, publishPlatform } from './publish.ts';
import { rollback } from './rollback.ts';
import { isAhead, moveTag, retarget, tagFor, tagged } from './tag.ts';
import { verify } from './verify.ts';

type Job = RegistryJob<NpmOptions>;

/** Platforms' packages first, which nothing points to; then the main one; then the tag. */
export const npm: RegistryDefinition<NpmOptions> = defineRegistry<NpmOptions>({
  options: npmOptions,
  effects: [publishPlatform, publishMain, moveTag, retarget],
  preflight,
  locate,
  publish: async (job) => {
    const packages = chosenPackages(job);
    if (packages.length === 0) throw nothingToPublish();
    await Promise.all(packages.filter(({ isMain }) => !isMain).map(({ isMain: _, ...input }) => job.effect(publishPlatform, input)));
    for (const one of packages.filter(({ isMain }) => isMain)) await publishAndTag(job, one);
  },
  current: async (job) => {
    const main = chosenPackages(job).find(({ isMain }) => isMain);
    return main && ((await tagged(job, { name: main.name, tag: tagFor(job.options, job.release) })) ?? undefined);
  },
  verify,
  rollbackModes: ['retarget'],
  rollback,
});

function locate({ name: fileName }: ArtifactRef, { options, release }: Pick<Job, 'options' | 'release'>): string | undefined {
  const name = packageIn(fileName, { scope: options.scope, version: release.version });
  return name === undefined ? undefined : tarballUrl(options, name, npmVersion(release.version));
}

async function publishAndTag(job: Job, { isMain: _, ...input }: ChosenPackage): Promise<void> {
  const { name, version } = await job.effect(publishMain, input);
  const tag = tagFor(job.options, job.release);
  // The effect looks for itself, again and again where a connection breaks.
  const found = await tagged(job, { name, tag }).catch(() => null);
  if (isAhead(found, version)) job.log.info(`"${tag}" of ${name} stays at ${found}`);
  else await job.effect(moveTag, { name, version, tag });
}
