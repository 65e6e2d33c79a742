import type { Artifact, ArtifactRef, RegistryJob, RegistryView, Release } from '@provisioning-dist/core';
import { addressOf, artifactValues, isComplete, releaseValues } from './address.ts';
import type { CustomOptions } from './options.ts';
import { tagOf } from './pointer.ts';
import type { Values } from './template.ts';

export const MANIFEST = 'release.json';

type Named = Parameters<typeof artifactValues>[1];

export function valuesOf(release: Pick<Release, 'product' | 'name' | 'version'>, artifact: Named): Values {
  return artifactValues(releaseValues(release, tagOf(release)), artifact);
}

/** Where people get it; undefined when only the finished artifact tells. */
export function locate(
  { name, sha256 }: ArtifactRef,
  { options, release }: Pick<RegistryView<CustomOptions>, 'options' | 'release'>,
): string | undefined {
  const template = publicTemplate(options);
  if (!isComplete(template, ['product', 'name', 'version', 'tag', 'artifact', ...(sha256 === '' ? [] : ['sha256'])])) return undefined;
  return addressOf(template, valuesOf(release, { name, sha256 }));
}

/** Where a version's own record is sent; undefined when only the version tells. */
export function manifestUrl(options: CustomOptions, target: Pick<Release, 'product' | 'name' | 'version'>): string | undefined {
  if (!isComplete(options.url, ['product', 'name', 'version', 'tag', 'artifact'])) return undefined;
  return addressOf(options.url, valuesOf(target, { name: MANIFEST, sha256: '' }));
}

export function publicTemplate({ url, public: other }: CustomOptions): string {
  return typeof other === 'string' ? other : url;
}

/** Whether the public reads without credentials. */
export function isPublic({ public: other }: CustomOptions): boolean {
  return other !== false;
}

/** The address of the release's own record, if it is among what is sent. */
export function manifestAddress({ options, release }: RegistryJob<CustomOptions>, artifacts: readonly Artifact[]): string | undefined {
  const manifest = artifacts.find(({ kind }) => kind === 'manifest');
  return manifest && addressOf(publicTemplate(options), valuesOf(release, manifest));
}
