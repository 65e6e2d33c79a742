import type { Platform } from '@provisioning-dist/core';

/** What Node calls a platform: `process.platform`, `process.arch`, and on Linux the C library. */
export interface Target {
  readonly os: string;
  readonly cpu: string;
  readonly libc?: 'glibc' | 'musl';
}

/** From the column `npm` of the platform table: `linux/x64`. */
export function targetOf({ npm, libc }: Platform): Target | undefined {
  const [os, cpu] = npm?.split('/') ?? [];
  if (!os || !cpu) return undefined;
  return { os, cpu, ...(os === 'linux' && libc !== undefined && { libc: libc === 'musl' ? 'musl' : 'glibc' }) };
}

/** The end of the package's name. That it is for glibc goes without saying. */
export function suffixOf({ os, cpu, libc }: Target): string {
  return `${os}-${cpu}${libc === 'musl' ? '-musl' : ''}`;
}

/** The target such an end means; undefined for another text. */
export function targetIn(suffix: string): Target | undefined {
  const [, os, cpu, musl] = /^([a-z0-9]+)-([a-z0-9]+)(-musl)?$/.exec(suffix) ?? [];
  if (os === undefined || cpu === undefined) return undefined;
  return { os, cpu, ...(os === 'linux' && { libc: musl === undefined ? 'glibc' : 'musl' }) };
}
