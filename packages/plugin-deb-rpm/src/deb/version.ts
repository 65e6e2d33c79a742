import { badVersion } from './errors.ts';

/** deb-version(7): epoch, upstream version and revision. */
export interface DebVersion {
  readonly epoch?: number | undefined;
  readonly revision: string;
  /** `+b5` of `1.2.3+b5`; else dropped. */
  readonly buildMetadata?: boolean | undefined;
}

const SEMVER = /^(?<core>\d+\.\d+\.\d+)(?:-(?<pre>[0-9A-Za-z.-]+))?(?:\+(?<build>[0-9A-Za-z.-]+))?$/;

/** A "~" sorts before the end of a version: 1.2.0~rc.1 comes before 1.2.0. */
export function upstreamVersion(version: string, { buildMetadata = false }: Pick<DebVersion, 'buildMetadata'> = {}): string {
  const { core, pre, build } = SEMVER.exec(version)?.groups ?? {};
  if (core === undefined) throw badVersion(version, 'it is not a semantic version');
  return `${core}${pre === undefined ? '' : `~${pre}`}${buildMetadata && build !== undefined ? `+${build}` : ''}`;
}

/** As file names carry it: without epoch. */
export function fileVersion(version: string, options: DebVersion): string {
  return `${upstreamVersion(version, options)}-${options.revision}`;
}

export function debVersion(version: string, options: DebVersion): string {
  return `${options.epoch ? `${options.epoch}:` : ''}${fileVersion(version, options)}`;
}
