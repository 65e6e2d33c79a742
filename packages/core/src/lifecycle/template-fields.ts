import type { Fields } from '../config/template.ts';
import type { Platform } from '../model/platform.ts';
import type { Release } from '../model/release.ts';

/** Scope and order of the documentation's table; a field without a value in some place is undefined there. */
export interface TemplateScope {
  readonly release: Release;
  readonly platform: Platform | undefined;
  readonly variant: string | undefined;
}

/** The fields templates of the configuration may use. */
export function templateFields({ release, platform, variant }: TemplateScope): Fields {
  const [goOs, goArch] = platform?.go?.split('/') ?? [];
  const [npmOs, npmCpu] = platform?.npm?.split('/') ?? [];
  return {
    name: release.name,
    product: release.product,
    version: release.version,
    date: new Date(release.date * 1000).toISOString().slice(0, 10),
    commit: release.commit,
    variant,
    platform: platform?.name ?? 'any',
    os: platform?.os,
    arch: platform?.cpu,
    libc: platform?.libc,
    exe: platform?.os === 'windows' ? '.exe' : '',
    target: platform?.rust,
    goos: goOs,
    goarch: goArch,
    'npm.os': npmOs,
    'npm.cpu': npmCpu,
  };
}
