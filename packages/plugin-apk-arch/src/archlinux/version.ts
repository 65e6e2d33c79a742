import { badVersion } from '../errors.ts';

/** PKGBUILD(5): epoch, pkgver and pkgrel. */
export interface ArchVersion {
  readonly epoch?: number | undefined;
  readonly revision: string;
}

const SEMVER = /^(?<core>\d+\.\d+\.\d+)(?:-(?<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * vercmp(8): letters right behind the digits sort before the end of a version, behind a separator after it. pkgver holds no hyphen.
 * `1.2.0-rc.1` -> `1.2.0rc1`
 */
export function pkgver(version: string): string {
  const { core, pre } = SEMVER.exec(version)?.groups ?? {};
  if (core === undefined) throw badVersion('archlinux', version, 'it is not a semantic version');
  return pre === undefined ? core : core + preRelease(pre);
}

/** A number alone would be more digits of the patch level; "a" comes before every word, as semver has it. */
function preRelease(pre: string): string {
  const joined = pre.replaceAll('-', '.').replace(/^([A-Za-z]+)\.(?=\d)/, '$1');
  const text = joined.replaceAll(/\.{2,}/g, '.').replaceAll(/^\.|\.$/g, '');
  return /^\d/.test(text) ? `a${text}` : text;
}

/** As file names carry it: without epoch, whose colon not every place takes. */
export function fileVersion(version: string, { revision }: Pick<ArchVersion, 'revision'>): string {
  return `${pkgver(version)}-${revision}`;
}

export function archVersion(version: string, options: ArchVersion): string {
  return `${options.epoch ? `${options.epoch}:` : ''}${fileVersion(version, options)}`;
}
