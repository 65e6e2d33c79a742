import type { Platform } from '../model/platform.ts';
import type { Release } from '../model/release.ts';

/** The fields templates of the configuration may use, as strings; those a place has no value for are absent. */
export type TemplateFields = Readonly<Record<string, string>>;

export interface TemplateScope {
  readonly release: Release;
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
}

export function templateFields({ release, platform, variant }: TemplateScope): TemplateFields {
  return {
    name: release.name,
    product: release.product,
    version: release.version,
    date: new Date(release.date * 1000).toISOString().slice(0, 10),
    ...(release.commit === undefined ? {} : { commit: release.commit }),
    ...(variant === undefined ? {} : { variant }),
    ...(platform === undefined ? { platform: 'any', exe: '' } : platformFields(platform)),
  };
}

function platformFields(platform: Platform): TemplateFields {
  const [goOs, goArch] = platform.go?.split('/') ?? [];
  const [npmOs, npmCpu] = platform.npm?.split('/') ?? [];
  const columns = { target: platform.rust, goos: goOs, goarch: goArch, 'npm.os': npmOs, 'npm.cpu': npmCpu, libc: platform.libc };
  return {
    platform: platform.name,
    os: platform.os,
    arch: platform.cpu,
    exe: platform.os === 'windows' ? '.exe' : '',
    ...Object.fromEntries(Object.entries(columns).filter((column): column is [string, string] => column[1] !== undefined)),
  };
}

