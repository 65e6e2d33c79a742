import { isListed, type Listed } from '../repository/change.ts';
import { compareEvr, type Evr } from './version.ts';

/**
 * What a repository holds. What is listed is known by the metadata itself, which other tools may have made; what clients are not told any
 * more, and which release a package is of, is kept in a file beside it that repomd.xml lists too.
 */

/** An rpm of the repository. */
export interface Package extends Evr, Listed {
  readonly package: string;
  readonly arch: string;
  /** Digest of the file. */
  readonly pkgid: string;
  /** The semantic version of its release. */
  readonly of: string;
  /** Its element in each of the three lists. */
  readonly primary: string;
  readonly filelists: string;
  readonly other: string;
}

/** As rpm tells packages apart. */
export type RpmIdentity = Pick<Package, 'package' | 'arch' | 'epoch' | 'version' | 'release'>;

/** Metadata that clients who read an earlier repomd.xml may still ask for. */
export interface Generation {
  /** Seconds since 1970. */
  readonly superseded: number;
  readonly objects: readonly string[];
}

export interface State {
  readonly packages: readonly Package[];
  /** The newest first. */
  readonly generations: readonly Generation[];
  /** Keys removed last time: a crash may have left them. */
  readonly purged: readonly string[];
}

export const EMPTY: State = { packages: [], generations: [], purged: [] };

/** What the file beside the metadata says of a listed package. */
export type Note = Pick<Package, 'key' | 'pkgid' | 'name' | 'of'>;

export interface Notes extends Omit<State, 'packages'> {
  readonly listed: readonly Note[];
  readonly retired: readonly Package[];
}

export { isListed };

/** What makes two packages the same to rpm. */
export function identityOf({ package: name, epoch, version, release, arch }: RpmIdentity): string {
  return `${name}-${epoch}:${version}-${release}.${arch}`;
}

/** By name, version, architecture and place: the order of the lists. */
export function sorted(packages: readonly Package[]): readonly Package[] {
  return packages.toSorted(
    (a, b) => compareBytes(a.package, b.package) || compareEvr(a, b) || compareBytes(a.arch, b.arch) || compareBytes(a.key, b.key),
  );
}

function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function printNotes({ packages, generations, purged }: State): string {
  const notes = packages.map((each) => {
    const { key, pkgid, name, of } = each;
    return JSON.stringify(isListed(each) ? { key, pkgid, name, of } : each);
  });
  return `${[JSON.stringify({ schema: 1, generations, purged }), ...notes].join('\n')}\n`;
}

/** Undefined for what is none. */
export function parseNotes(text: string): Notes | undefined {
  try {
    const [about, ...lines] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const { schema, generations, purged } = about as Omit<State, 'packages'> & { readonly schema: unknown };
    const all = lines as readonly (Note & Partial<Package>)[];
    if (schema !== 1 || !generations.every(isGeneration) || !purged.every(isKey) || !all.every(isNote)) return undefined;
    const retired = all.filter((each): each is Package => 'retired' in each);
    return { generations, purged, retired, listed: all.filter((each) => !('retired' in each)) };
  } catch {
    return undefined;
  }
}

const TEXTS = ['package', 'arch', 'epoch', 'version', 'release', 'primary', 'filelists', 'other'] as const;

/** Keys that are deleted some day are looked at closely. */
function isNote(each: Note & Partial<Package>): boolean {
  const isNamed = isKey(each.key) && [each.pkgid, each.name, each.of].every((text) => typeof text === 'string');
  if (!isNamed || !('retired' in each)) return isNamed;
  return each.key.endsWith('.rpm') && Number.isSafeInteger(each.retired) && TEXTS.every((field) => typeof each[field] === 'string');
}

function isGeneration({ superseded, objects }: Generation): boolean {
  return Number.isSafeInteger(superseded) && objects.every((key) => isKey(key) && key.startsWith('repodata/'));
}

export function isKey(key: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return typeof key === 'string' && !/[\0-\x1f\x7f\\]/.test(key) && key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
