import type { Cell, NameJob } from '@provisioning-dist/core';
import { badPackageName, noArchitecture } from './errors.ts';
import { type RpmVersion, versionRelease } from './version.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/;

/** The package of each variant: the first one declared owns the bare name. */
export interface PackageNames {
  readonly own: string;
  readonly bare: string;
  /** Packages of the other variants. */
  readonly siblings: readonly string[];
}

export function packageNames({ package: name, variant, variants }: Pick<Cell, 'package' | 'variant' | 'variants'>): PackageNames {
  const bare = checked(name);
  const of = (each: string): string => (each === variants[0] ? bare : checked(`${bare}-${each}`));
  const own = variant === undefined ? bare : of(variant);
  return { own, bare, siblings: variants.map(of).filter((each) => each !== own) };
}

function checked(name: string): string {
  if (!NAME.test(name)) throw badPackageName(name);
  return name;
}

export function architecture({ platform }: Pick<Cell, 'platform'>): string {
  if (platform === undefined) return 'noarch';
  if (platform.rpm === undefined || !/^[a-z0-9_]+$/.test(platform.rpm)) throw noArchitecture(platform.name);
  return platform.rpm;
}

export function fileName({ release, options, cell }: Pick<NameJob<RpmVersion>, 'release' | 'options' | 'cell'>): string {
  return `${packageNames(cell).own}-${versionRelease(release.version, options)}.${architecture(cell)}.rpm`;
}
