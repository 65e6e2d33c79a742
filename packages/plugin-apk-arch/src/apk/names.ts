import type { Cell, NameJob } from '@provisioning-dist/core';
import { noArchitecture } from '../errors.ts';
import { packageNames } from '../names.ts';
import { type ApkVersion, apkVersion } from './version.ts';

export function architecture({ platform }: Pick<Cell, 'platform'>): string {
  if (platform === undefined) return 'noarch';
  if (platform.apk === undefined || !/^[a-z0-9][a-z0-9_]*$/.test(platform.apk)) throw noArchitecture('apk', platform.name);
  return platform.apk;
}

/** A repository has a folder for each architecture; a release has one for all. */
export function fileName({ release, options, cell }: Pick<NameJob<ApkVersion>, 'release' | 'options' | 'cell'>): string {
  return `${packageNames('apk', cell).own}_${apkVersion(release.version, options)}_${architecture(cell)}.apk`;
}
