import type { Artifact, RegistryJob } from '@provisioning-dist/core';
import { npmVersion, packageIn } from '../package-name.ts';
import { unknownFile } from './errors.ts';
import type { NpmOptions } from './options.ts';
import type { PublishInput } from './publish.ts';

export interface ChosenPackage extends PublishInput {
  readonly isMain: boolean;
}

/** The packages among the artifacts, those of platforms first. */
export function chosenPackages({ artifacts, release, options }: RegistryJob<NpmOptions>): readonly ChosenPackage[] {
  const found = artifacts({ format: ['npm', 'npm-main'] }).map((artifact) => packageOf(artifact, release.version, options));
  return found.toSorted((a, b) => Number(a.isMain) - Number(b.isMain));
}

function packageOf({ name: fileName, size, sha256, digests, format }: Artifact, version: string, { scope }: NpmOptions): ChosenPackage {
  const name = packageIn(fileName, { scope, version });
  if (name === undefined) throw unknownFile(fileName, scope);
  return {
    artifact: { name: fileName, size, sha256 },
    name,
    version: npmVersion(version),
    integrity: `sha512-${Buffer.from(digests.sha512 ?? '', 'hex').toString('base64')}`,
    shasum: digests.sha1 ?? '',
    isMain: format === 'npm-main',
  };
}
