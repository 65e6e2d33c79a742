import type { Cell } from '@provisioning-dist/core';
import { badPackageName, type Format } from './errors.ts';

/** PKGBUILD(5) and apk's own rule: both refuse a dot or hyphen first. */
const NAME = /^[a-zA-Z0-9@_+][a-zA-Z0-9@._+-]*$/;

/** The package of each variant: the first one declared owns the bare name. */
export interface PackageNames {
  readonly own: string;
  readonly bare: string;
  /** Packages of the other variants. */
  readonly siblings: readonly string[];
}

export function packageNames(format: Format, { package: name, variant, variants }: Pick<Cell, 'package' | 'variant' | 'variants'>): PackageNames {
  const bare = checked(format, name.toLowerCase());
  const of = (each: string): string => (each === variants[0] ? bare : checked(format, `${bare}-${each.toLowerCase()}`));
  const own = variant === undefined ? bare : of(variant);
  return { own, bare, siblings: variants.map(of).filter((each) => each !== own) };
}

export function isPackageName(name: string): boolean {
  return NAME.test(name);
}

function checked(format: Format, name: string): string {
  if (!isPackageName(name)) throw badPackageName(format, name);
  return name;
}
