import type { BuildJob } from '@provisioning-dist/core';

const PREFIX = 'PROVISIONING_DIST_';

/** What the environment of a program tells of the platform and release; the names are those hooks know. What does not apply is not set. */
export function variables({ release, platform, buildDir }: Pick<BuildJob<unknown>, 'release' | 'platform' | 'buildDir'>): Record<string, string> {
  const values = {
    PRODUCT: release.product,
    NAME: release.name,
    VERSION: release.version,
    SNAPSHOT: String(release.snapshot),
    COMMIT: release.commit,
    STEP: 'build',
    PLATFORM: platform.name,
    OS: platform.os,
    CPU: platform.cpu,
    LIBC: platform.libc,
    TARGET: platform.rust,
    BUILD_DIR: buildDir,
  };
  const set = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [PREFIX + name, value]));
}
