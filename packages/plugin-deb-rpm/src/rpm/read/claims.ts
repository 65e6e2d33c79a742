import type { Finding, Release, ValidateJob } from '@provisioning-dist/core';
import { TAG } from '../tags.ts';
import { error, findingOf } from './findings.ts';
import { fileList, type ListedFile } from './listed.ts';
import { partsOf } from './parts.ts';

/** Packages of one release that rpm refuses to install beside each other, though neither says so. */

interface Claim {
  readonly package: string;
  readonly arch: string;
  /** Names of packages that cannot be beside it. */
  readonly yields: readonly string[];
  readonly files: ReadonlyMap<string, ListedFile>;
}

/** For a run: what it is shown is compared with what it was shown before. */
export function rpmClaimFindings(): (job: ValidateJob<unknown>) => Promise<readonly Finding[]> {
  const shown = new WeakMap<Release, readonly Claim[]>();
  return async ({ release, artifact, source }) => {
    const claim = claimOf(source);
    if (claim === undefined) return [];
    const others = shown.get(release) ?? [];
    shown.set(release, [...others, claim]);
    return others.flatMap((other) => clashOf(claim, other)).map((problem) => findingOf(artifact.name, problem));
  };
}

/** Undefined for what is no rpm: its reader says so. */
function claimOf(source: ValidateJob<unknown>['source']): Claim | undefined {
  const { parts } = partsOf(source);
  const own = parts?.header.text(TAG.name);
  if (parts === undefined || own === undefined) return undefined;
  const { header } = parts;
  return {
    package: own,
    arch: header.text(TAG.arch) ?? '',
    yields: [...header.texts(TAG.conflictName), ...header.texts(TAG.obsoleteName)],
    files: new Map(fileList(header).files.map((file) => [file.path, file])),
  };
}

function clashOf(one: Claim, other: Claim) {
  const together = one.arch === other.arch || [one.arch, other.arch].includes('noarch');
  const settled = one.package === other.package || one.yields.includes(other.package) || other.yields.includes(one.package);
  if (!together || settled) return [];
  const both = [...one.files.values()].filter((file) => differs(file, other.files.get(file.path)));
  const [first] = both;
  if (first === undefined) return [];
  const [a, b] = [one.package, other.package].toSorted();
  const rest = both.length === 1 ? '' : `, as are ${both.length - 1} more`;
  const message = `It is in "${a}" and, not the same, in "${b}"${rest}: rpm installs one of them only; let one conflict with the other or obsolete it`;
  return [error('path-claimed', message, first.path)];
}

/** lib/rpmfi.c, rpmfilesCompare: what is the same may be in several packages. */
function differs(file: ListedFile, other: ListedFile | undefined): boolean {
  if (other === undefined || (file.type === 'directory' && other.type === 'directory')) return false;
  if (file.type !== other.type) return true;
  return file.type === 'symlink' ? file.target !== other.target : file.sha256 !== other.sha256;
}
