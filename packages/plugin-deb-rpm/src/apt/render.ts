import { isListed, type Package, type State, sorted } from './state.ts';

/** The indexes of a suite: made of its state alone, so that adding to it and making it anew give the same bytes. */

export interface Index {
  /** Below the suite, as clients know it after they have unpacked it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly kind: 'packages' | 'contents';
}

export interface Indexes {
  readonly architectures: readonly string[];
  readonly components: readonly string[];
  readonly indexes: readonly Index[];
}

export interface IndexOptions {
  readonly component: string;
  /** Listed even when no package is for them. */
  readonly architectures: readonly string[];
  readonly contents: boolean;
}

type Known = Pick<State, 'packages' | 'architectures'>;

export function renderIndexes(state: Known, options: IndexOptions): Indexes {
  const listed = sorted(state.packages.filter(isListed));
  const components = unique([options.component, ...listed.map(({ component }) => component)]);
  const named = architecturesOf(state, options);
  const architectures = named.length === 0 ? ['all'] : named;
  const places = components.flatMap((component) => architectures.map((architecture) => ({ component, architecture })));
  return { architectures, components, indexes: places.flatMap((place) => indexesOf(listed, place, options)) };
}

/** Without "all", whose packages are listed with each of the others. */
export function architecturesOf({ packages, architectures }: Known, options: IndexOptions): readonly string[] {
  const seen = packages.filter(isListed).map(({ architecture }) => architecture);
  return unique([...options.architectures, ...architectures, ...seen]).filter((one) => one !== 'all');
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function indexesOf(
  listed: readonly Package[],
  { component, architecture }: Pick<Package, 'component' | 'architecture'>,
  options: IndexOptions,
): readonly Index[] {
  const own = listed.filter((each) => each.component === component && (each.architecture === architecture || each.architecture === 'all'));
  const packages: Index = { path: `${component}/binary-${architecture}/Packages`, kind: 'packages', bytes: printPackages(own) };
  if (!options.contents) return [packages];
  return [packages, { path: `${component}/Contents-${architecture}`, kind: 'contents', bytes: printContents(own) }];
}

function printPackages(packages: readonly Package[]): Uint8Array {
  return Buffer.from(packages.map(({ stanza }) => `${stanza}\n\n`).join(''));
}

/** Paths with the packages that hold them, which come sorted and in as many versions as are listed. */
function printContents(packages: readonly Package[]): Uint8Array {
  const owners = new Map<string, string>();
  for (const { package: name, files } of packages) {
    for (const file of files) {
      const known = owners.get(file);
      if (known === undefined) owners.set(file, name);
      else if (known !== name && !known.endsWith(`,${name}`)) owners.set(file, `${known},${name}`);
    }
  }
  const lines = [...owners.keys()].sort().map((file) => `${file.padEnd(55)} ${owners.get(file)}\n`);
  return Buffer.from(lines.join(''));
}
