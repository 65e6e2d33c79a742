import { isListed, type Listed } from '../repository/change.ts';
import { compareVersions } from './version.ts';

/**
 * What a suite holds, as the repository itself keeps it: listed in Release, so that it changes together with the indexes, which are made of
 * it and of nothing else. Nothing old is ever read to publish something new.
 */

/** A deb in the pool. */
export interface Package extends Listed {
  readonly component: string;
  readonly package: string;
  /** deb-version(7) */
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
  /** The semantic version of its release. */
  readonly release: string;
  /** In Packages, without a line feed at its end. */
  readonly stanza: string;
  /** For Contents: without a leading slash, sorted. */
  readonly files: readonly string[];
}

/** What clients who read an earlier Release may still ask for. */
export interface Generation {
  /** Seconds since 1970. */
  readonly superseded: number;
  /** Paths below the suite. */
  readonly objects: readonly string[];
}

export interface State {
  readonly schema: 1;
  readonly packages: readonly Package[];
  /** Ever listed, but "all": clients of one that has no package left must see that. */
  readonly architectures: readonly string[];
  /** The newest first. */
  readonly generations: readonly Generation[];
  /** Keys removed last time: a crash may have left them. */
  readonly purged: readonly string[];
}

export const EMPTY: State = { schema: 1, packages: [], architectures: [], generations: [], purged: [] };

export { isListed };

/** What makes two packages the same to apt. */
export function identityOf({ component, package: name, version, architecture }: Package): string {
  return `${component} ${name} ${version} ${architecture}`;
}

/** By name, version, architecture and place: the order of the indexes. */
export function sorted(packages: readonly Package[]): readonly Package[] {
  return packages.toSorted(
    (a, b) =>
      compareBytes(a.package, b.package) ||
      compareVersions(a.version, b.version) ||
      compareBytes(a.architecture, b.architecture) ||
      compareBytes(a.key, b.key),
  );
}

function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function printState({ packages, ...rest }: State): string {
  const lines = packages.map((each) => JSON.stringify(each));
  return `${[JSON.stringify(rest), ...lines].join('\n')}\n`;
}

/** Undefined for what is none. */
export function parseState(text: string): State | undefined {
  try {
    const [rest, ...packages] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const state = { ...(rest as State), packages: packages as readonly Package[] };
    return isState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

function isState({ schema, packages, architectures, generations, purged }: State): boolean {
  const isKnown = schema === 1 && architectures.every((name) => /^[a-z0-9][a-z0-9-]*$/.test(name));
  return isKnown && packages.every(isPackage) && generations.every(isGeneration) && purged.every(isKey);
}

/** Keys that are deleted some day are looked at closely. */
function isPackage(each: Package): boolean {
  const texts = [each.component, each.package, each.version, each.architecture, each.sha256, each.name, each.release, each.stanza];
  return texts.every((text) => typeof text === 'string') && isKey(each.key) && each.key.startsWith('pool/') && Array.isArray(each.files);
}

function isGeneration({ superseded, objects }: Generation): boolean {
  return Number.isSafeInteger(superseded) && objects.every((path) => isKey(path) && /\/by-hash\/SHA256\/[0-9a-f]{64}$/.test(path));
}

function isKey(key: unknown): boolean {
  return typeof key === 'string' && key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
