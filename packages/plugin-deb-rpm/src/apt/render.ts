import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { isListed, type Package, type State, sorted } from './state.ts';

/** The indexes of a suite: made of its state alone, so that adding to it and making it anew give the same bytes. */

export interface IndexFile {
  /** Below the suite. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Listed only: apt compares it after it has unpacked the file it took. */
  readonly unstored?: true;
}

export interface Indexes {
  readonly architectures: readonly string[];
  readonly components: readonly string[];
  readonly files: readonly IndexFile[];
}

export interface IndexOptions {
  readonly component: string;
  /** Listed even when no package is for them. */
  readonly architectures: readonly string[];
  readonly contents: boolean;
}

export function renderIndexes({ packages, architectures: known }: Pick<State, 'packages' | 'architectures'>, options: IndexOptions): Indexes {
  const listed = sorted(packages.filter(isListed));
  const components = unique([options.component, ...listed.map(({ component }) => component)]);
  const named = architecturesOf({ packages, architectures: known }, options);
  const architectures = named.length === 0 ? ['all'] : named;
  const files = components.flatMap((component) =>
    architectures.flatMap((architecture) => {
      const own = listed.filter((each) => each.component === component && (each.architecture === architecture || each.architecture === 'all'));
      return [
        ...packagesFiles(own, `${component}/binary-${architecture}`),
        ...(options.contents ? contentsFiles(own, `${component}/Contents-${architecture}`) : []),
      ];
    }),
  );
  return { architectures, components, files };
}

/** Without "all", whose packages are listed with each of the others. */
export function architecturesOf({ packages, architectures }: Pick<State, 'packages' | 'architectures'>, options: IndexOptions): readonly string[] {
  const seen = packages.filter(isListed).map(({ architecture }) => architecture);
  return unique([...options.architectures, ...architectures, ...seen]).filter((one) => one !== 'all');
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function packagesFiles(packages: readonly Package[], folder: string): readonly IndexFile[] {
  const bytes = Buffer.from(packages.map(({ stanza }) => `${stanza}\n\n`).join(''));
  return [indexFile(`${folder}/Packages`, bytes), indexFile(`${folder}/Packages.gz`, gzipped(bytes))];
}

function contentsFiles(packages: readonly Package[], path: string): readonly IndexFile[] {
  const owners = new Map<string, Set<string>>();
  for (const { package: name, files } of packages) for (const file of files) owners.set(file, (owners.get(file) ?? new Set()).add(name));
  const lines = [...owners].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, names]) => `${file.padEnd(55)} ${[...names].sort().join(',')}\n`);
  const bytes = Buffer.from(lines.join(''));
  return [{ ...indexFile(path, bytes), unstored: true }, indexFile(`${path}.gz`, gzipped(bytes))];
}

export function indexFile(path: string, bytes: Uint8Array): IndexFile {
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** RFC 1952: no time, and one operating system on every machine. */
export function gzipped(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes, { level: 6 });
  packed[9] = 3;
  return packed;
}
