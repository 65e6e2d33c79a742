import { badVersion } from './errors.ts';

/** What a package is numbered by: epoch, version and release. */
export interface RpmVersion {
  readonly epoch?: number | undefined;
  /** Of the packaging, after the version. */
  readonly revision: string;
  /** `^b5` of `1.2.3+b5`; else dropped. */
  readonly buildMetadata?: boolean | undefined;
}

const SEMVER = /^(?<core>\d+\.\d+\.\d+)(?:-(?<pre>[0-9A-Za-z.-]+))?(?:\+(?<build>[0-9A-Za-z.-]+))?$/;

/** "~" is older than the end of a version, "^" newer than it. A "-" would end the version; "_" separates as "." does. */
export function upstreamVersion(version: string, { buildMetadata = false }: Pick<RpmVersion, 'buildMetadata'> = {}): string {
  const { core, pre, build } = SEMVER.exec(version)?.groups ?? {};
  if (core === undefined) throw badVersion(version);
  const parts = [core, pre === undefined ? '' : `~${pre}`, buildMetadata && build !== undefined ? `^${build}` : ''];
  return parts.join('').replaceAll('-', '_');
}

/** As file names and SOURCERPM carry it: without epoch. */
export function versionRelease(version: string, options: RpmVersion): string {
  return `${upstreamVersion(version, options)}-${options.revision}`;
}

/** As relations carry it. */
export function epochVersionRelease(version: string, options: RpmVersion): string {
  return `${options.epoch ? `${options.epoch}:` : ''}${versionRelease(version, options)}`;
}
