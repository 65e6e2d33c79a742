import { twice, versionAbsent } from './errors.ts';
import { identityOf, isListed, type Package, type State, sorted } from './state.ts';
import { compareEvr } from './version.ts';

/** What publishing and going back do to a repository. Pure; the same state when there is nothing to do. */

export interface Retention {
  /** Versions of a package that stay listed. */
  readonly keep: number;
  /** Seconds since 1970: the revision to come. */
  readonly date: number;
}

export function added(state: State, packages: readonly Package[], { keep, date }: Retention): State {
  const keys = new Set(packages.map(({ key }) => key));
  const missing = packages.filter((each) => !hasListed(state, each));
  if (missing.length === 0) return state;
  const others = state.packages.filter(({ key }) => !keys.has(key));
  for (const each of missing) refuseTwice(others, each);
  const all = [...others, ...packages];
  const surplus = new Set(groups(all.filter(isListed)).flatMap((group) => group.slice(keep)));
  const retire = (each: Package): Package => (surplus.has(each) && !keys.has(each.key) ? { ...each, retired: date } : each);
  return { ...state, packages: sorted(all.map(retire)) };
}

export function hasListed({ packages }: State, { key, pkgid }: Pick<Package, 'key' | 'pkgid'>): boolean {
  return packages.some((each) => each.key === key && each.pkgid === pkgid && isListed(each));
}

/** As if they had never been there: what they had pushed out is back, as far as it was not withdrawn. */
export function removed(state: State, keys: ReadonlySet<string>, { keep }: Retention): State {
  const gone = state.packages.filter(({ key }) => keys.has(key));
  if (gone.length === 0) return state;
  const rest = state.packages.filter(({ key }) => !keys.has(key));
  const touched = new Set(gone.map(groupOf));
  const room = groups(rest.filter((each) => touched.has(groupOf(each)) && !each.withdrawn)).flatMap((group) => group.slice(0, keep));
  const back = new Set(room);
  return { ...state, packages: sorted(rest.map((each) => (back.has(each) ? listed(each) : each))) };
}

export interface Retarget {
  readonly name: string;
  /** The version clients are to get. */
  readonly to: string;
}

/** Every later version of the release's packages goes out of the lists, and stays in its place for those who still read them. */
export function retargeted(state: State, { name, to }: Retarget, { date }: Retention): State {
  const own = state.packages.filter((each) => each.name === name);
  const wanted = own.filter(({ of, withdrawn }) => of === to && !withdrawn);
  const highest = highestVersion(wanted);
  if (highest === undefined) throw versionAbsent(to);
  const isLater = (each: Package): boolean => each.name === name && isListed(each) && compareEvr(each, highest) > 0;
  const change = (each: Package): Package => {
    if (isLater(each)) return { ...each, retired: date, withdrawn: true };
    return wanted.includes(each) ? listed(each) : each;
  };
  const packages = state.packages.map(change);
  return packages.every((each, index) => each === state.packages[index]) ? state : { ...state, packages };
}

/** Takes a `retargeted` back. */
export function restored(state: State, keys: ReadonlySet<string>): State {
  const isOut = ({ key, withdrawn }: Package): boolean => keys.has(key) && withdrawn === true;
  if (!state.packages.some(isOut)) return state;
  return { ...state, packages: state.packages.map((each) => (isOut(each) ? listed(each) : each)) };
}

/** The release clients get now: that of the highest version. */
export function currentRelease({ packages }: State, name: string): string | undefined {
  const own = packages.filter((each) => each.name === name && isListed(each));
  return highestVersion(own)?.of;
}

function highestVersion(packages: readonly Package[]): Package | undefined {
  return packages.toSorted(compareEvr).at(-1);
}

function listed({ retired: _, withdrawn: __, ...rest }: Package): Package {
  return rest;
}

/** Versions of one package side by side, the highest first. */
function groups(packages: readonly Package[]): readonly (readonly Package[])[] {
  return [...Map.groupBy(packages, groupOf).values()].map((group) => group.toSorted((a, b) => compareEvr(b, a)));
}

function groupOf({ package: name, arch }: Package): string {
  return `${name}.${arch}`;
}

function refuseTwice(others: readonly Package[], each: Package): void {
  const identity = identityOf(each);
  const same = others.find((other) => identityOf(other) === identity);
  if (same) throw twice(identity, same.key, each.key);
}
