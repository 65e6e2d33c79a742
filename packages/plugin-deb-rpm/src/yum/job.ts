import type { Artifact, Release } from '@provisioning-dist/core';
import type { Stored } from '../repository/findings.ts';
import { badFileName } from './errors.ts';
import type { YumOptions } from './options.ts';

/** What a job says of the repository. */
interface Asked {
  readonly release: Pick<Release, 'name'>;
  readonly options: Pick<YumOptions, 'layout'>;
}

export function rpmsOf({ artifacts }: { readonly artifacts: () => readonly Artifact[] }): readonly Artifact[] {
  return artifacts().filter(({ name, type }) => type === 'file' && name.endsWith('.rpm'));
}

/** Each rpm of the release and its key. */
export function storedRpms(job: Asked & { readonly artifacts: () => readonly Artifact[] }): readonly Stored[] {
  return rpmsOf(job).map((artifact) => ({ artifact, key: keyOf(job, artifact.name) }));
}

/** `Packages/a/acme-1.0-1.x86_64.rpm` */
export function keyOf({ release, options }: Asked, fileName: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9.+~^_-]*\.rpm$/.test(fileName)) throw badFileName(fileName);
  const folder = options.layout.replaceAll('{p}', fileName.slice(0, 1).toLowerCase()).replaceAll('{name}', wordOf(release.name));
  return `${folder.replace(/\/$/, '')}/${fileName}`;
}

/** What cannot stand in the name of a folder or file is a dash. */
export function wordOf(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'packages';
}
