/** What publishing and going back do to what a repository lists. Pure; the same state when there is nothing to do. */

export interface Listed {
  /** Its place below the repository's root. */
  readonly key: string;
  /** The product whose release it is of. */
  readonly name: string;
  /** Seconds since 1970: not listed since then. */
  readonly retired?: number;
  /** Taken out by people, and not to be put back when room is made. */
  readonly withdrawn?: true;
}

/** How a kind of repository tells packages apart. */
export interface Kind<Package extends Listed> {
  /** Below 0 when the first one is older. */
  readonly compare: (one: Package, other: Package) => number;
  /** What versions of one package have in common. */
  readonly groupOf: (each: Package) => string;
  /** What no two packages may have in common. */
  readonly identityOf: (each: Package) => string;
  readonly digestOf: (each: Package) => string;
  /** The semantic version of its release. */
  readonly releaseOf: (each: Package) => string;
  /** Semantic versions, "-" written "~" as in those of packages. */
  readonly compareReleases: (one: string, other: string) => number;
  /** The order of the indexes. */
  readonly sorted: (packages: readonly Package[]) => readonly Package[];
  readonly twice: (each: Package, other: Package) => Error;
}

export interface Listing<Package> {
  readonly packages: readonly Package[];
}

export interface Retention {
  /** Versions of a package that stay listed. */
  readonly keep: number;
  /** Seconds since 1970 of the index to come. */
  readonly date: number;
}

export function isListed({ retired }: Pick<Listed, 'retired'>): boolean {
  return retired === undefined;
}

export interface Changes<Package extends Listed, State extends Listing<Package>> {
  readonly added: (state: State, packages: readonly Package[], retention: Retention) => State;
  /** As if they had never been there: what they had pushed out is back, as far as it was not withdrawn. */
  readonly removed: (state: State, keys: ReadonlySet<string>, retention: Retention) => State;
  /** Every version of a product's packages above an earlier release's goes out, and stays in its place for those who still read of it; undefined where that one is not there. */
  readonly retargeted: (state: State, target: Target, retention: Retention) => State | undefined;
  /** Takes a `retargeted` back. */
  readonly restored: (state: State, keys: ReadonlySet<string>) => State;
  /** The latest release of which clients get a package now. */
  readonly currentRelease: (state: State, name: string) => string | undefined;
}

export interface Target {
  /** Of the product. */
  readonly name: string;
  /** The version clients are to get. */
  readonly to: string;
}

export function changesOf<Package extends Listed, State extends Listing<Package>>(kind: Kind<Package>): Changes<Package, State> {
  return {
    added: (state, packages, retention) => added(kind, { state, packages }, retention),
    removed: (state, keys, retention) => removed(kind, { state, keys }, retention),
    retargeted: (state, target, retention) => retargeted(kind, { state, target }, retention),
    restored,
    currentRelease: (state, name) => currentRelease(kind, state, name),
  };
}

interface Adding<State, Package> {
  readonly state: State;
  readonly packages: readonly Package[];
}

function added<Package extends Listed, State extends Listing<Package>>(
  kind: Kind<Package>,
  { state, packages }: Adding<State, Package>,
  { keep, date }: Retention,
): State {
  const known = new Map(state.packages.filter(isListed).map((each) => [each.key, kind.digestOf(each)]));
  const missing = packages.filter((each) => known.get(each.key) !== kind.digestOf(each));
  if (missing.length === 0) return state;
  const keys = new Set(packages.map(({ key }) => key));
  const others = state.packages.filter(({ key }) => !keys.has(key));
  refuseTwice(kind, others, missing);
  const all = [...others, ...packages];
  const surplus = new Set(groups(kind, all.filter(isListed)).flatMap((group) => group.slice(keep)));
  const retire = (each: Package): Package => (surplus.has(each) && !keys.has(each.key) ? { ...each, retired: date } : each);
  return { ...state, packages: kind.sorted(all.map(retire)) };
}

function refuseTwice<Package extends Listed>(kind: Kind<Package>, others: readonly Package[], missing: readonly Package[]): void {
  const known = new Map(others.map((each) => [kind.identityOf(each), each]));
  for (const each of missing) {
    const same = known.get(kind.identityOf(each));
    if (same) throw kind.twice(each, same);
  }
}

interface Naming<State> {
  readonly state: State;
  readonly keys: ReadonlySet<string>;
}

function removed<Package extends Listed, State extends Listing<Package>>(
  kind: Kind<Package>,
  { state, keys }: Naming<State>,
  { keep }: Pick<Retention, 'keep'>,
): State {
  const gone = state.packages.filter(({ key }) => keys.has(key));
  if (gone.length === 0) return state;
  const rest = state.packages.filter(({ key }) => !keys.has(key));
  const touched = new Set(gone.map(kind.groupOf));
  const eligible = rest.filter((each) => touched.has(kind.groupOf(each)) && !each.withdrawn);
  const back = new Set(groups(kind, eligible).flatMap((group) => group.slice(0, keep)));
  return { ...state, packages: kind.sorted(rest.map((each) => (back.has(each) ? listed(each) : each))) };
}

interface Retargeting<State> {
  readonly state: State;
  readonly target: Target;
}

function retargeted<Package extends Listed, State extends Listing<Package>>(
  kind: Kind<Package>,
  { state, target: { name, to } }: Retargeting<State>,
  { date }: Pick<Retention, 'date'>,
): State | undefined {
  const wanted = state.packages.filter((each) => each.name === name && kind.releaseOf(each) === to && !each.withdrawn);
  if (wanted.length === 0) return undefined;
  // Side by side with its own versions alone: a package may have an epoch that others of the release have not.
  const tops = new Map(groups(kind, wanted).flatMap((group) => group.slice(0, 1).map((top) => [kind.groupOf(top), top] as const)));
  const isLater = (each: Package): boolean => {
    const top = tops.get(kind.groupOf(each));
    return top ? kind.compare(each, top) > 0 : compareReleases(kind, kind.releaseOf(each), to) > 0;
  };
  const change = (each: Package): Package => {
    if (each.name === name && isListed(each) && isLater(each)) return { ...each, retired: date, withdrawn: true };
    return wanted.includes(each) && !isListed(each) ? listed(each) : each;
  };
  const packages = state.packages.map(change);
  return packages.every((each, index) => each === state.packages[index]) ? state : { ...state, packages };
}

function restored<Package extends Listed, State extends Listing<Package>>(state: State, keys: ReadonlySet<string>): State {
  const isOut = ({ key, withdrawn }: Package): boolean => keys.has(key) && withdrawn === true;
  if (!state.packages.some(isOut)) return state;
  return { ...state, packages: state.packages.map((each) => (isOut(each) ? listed(each) : each)) };
}

function listed<Package extends Listed>(each: Package): Package {
  const { retired: _, withdrawn: __, ...rest } = each;
  return rest as Package;
}

function currentRelease<Package extends Listed>(kind: Kind<Package>, { packages }: Listing<Package>, name: string): string | undefined {
  const own = packages.filter((each) => each.name === name && isListed(each));
  const releases = groups(kind, own).flatMap((group) => group.slice(0, 1).map(kind.releaseOf));
  return releases.toSorted((one, other) => compareReleases(kind, one, other)).at(-1);
}

function compareReleases<Package extends Listed>(kind: Kind<Package>, one: string, other: string): number {
  return kind.compareReleases(one.replace('-', '~'), other.replace('-', '~'));
}

/** Versions of one package side by side, the highest first. */
function groups<Package extends Listed>({ groupOf, compare }: Kind<Package>, packages: readonly Package[]): readonly (readonly Package[])[] {
  return [...Map.groupBy(packages, groupOf).values()].map((group) => group.toSorted((a, b) => compare(b, a)));
}
