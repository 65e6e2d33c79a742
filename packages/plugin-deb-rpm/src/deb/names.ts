import type { Cell, NameJob } from '@provisioning-dist/core';
import { badPackageName, noArchitecture } from './errors.ts';
import { type DebVersion, fileVersion } from './version.ts';

/** Debian policy 5.6.7 */
const NAME = /^[a-z0-9][a-z0-9+.-]+$/;

/** The package of each variant: the first one declared owns the bare name. */
export interface PackageNames {
  readonly own: string;
  readonly bare: string;
  /** Packages of the other variants. */
  readonly siblings: readonly string[];
}

export function packageNames({ package: name, variant, variants }: Pick<Cell, 'package' | 'variant' | 'variants'>): PackageNames {
  const bare = checked(name.toLowerCase());
  const of = (each: string): string => (each === variants[0] ? bare : checked(`${bare}-${each.toLowerCase()}`));
  const own = variant === undefined ? bare : of(variant);
  return { own, bare, siblings: variants.map(of).filter((each) => each !== own) };
}

export function isPackageName(name: string): boolean {
  return NAME.test(name);
}

function checked(name: string): string {
  if (!isPackageName(name)) throw badPackageName(name);
  return name;
}

export function architecture({ platform }: Pick<Cell, 'platform'>): string {
  if (platform === undefined) return 'all';
  if (platform.deb === undefined || !/^[a-z0-9][a-z0-9-]*$/.test(platform.deb)) throw noArchitecture(platform.name);
  return platform.deb;
}

export function fileName({ release, options, cell }: Pick<NameJob<DebVersion>, 'release' | 'options' | 'cell'>): string {
  return `${packageNames(cell).own}_${fileVersion(release.version, options)}_${architecture(cell)}.deb`;
}
