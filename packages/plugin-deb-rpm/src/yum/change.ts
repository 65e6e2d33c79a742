import { type Changes, changesOf, type Retention, type Target } from '../repository/change.ts';
import { twice, versionAbsent } from './errors.ts';
import { identityOf, isListed, type Package, type State, sorted } from './state.ts';
import { compareEvr, rpmvercmp } from './version.ts';

/** What publishing and going back do to a repository. */

type All = Changes<Package, State>;

const changes: All = changesOf<Package, State>({
  compare: compareEvr,
  groupOf: ({ package: name, arch }) => `${name}.${arch}`,
  identityOf,
  digestOf: ({ pkgid }) => pkgid,
  releaseOf: ({ of }) => of,
  compareReleases: rpmvercmp,
  sorted,
  twice: (each, same) => twice(identityOf(each), same.key, each.key),
});

export const added: All['added'] = changes.added;
export const removed: All['removed'] = changes.removed;
export const restored: All['restored'] = changes.restored;
export const currentRelease: All['currentRelease'] = changes.currentRelease;

export function hasListed({ packages }: State, { key, pkgid }: Pick<Package, 'key' | 'pkgid'>): boolean {
  return packages.some((each) => each.key === key && each.pkgid === pkgid && isListed(each));
}

export function retargeted(state: State, target: Target, retention: Retention): State {
  const next = changes.retargeted(state, target, retention);
  if (!next) throw versionAbsent(target.to);
  return next;
}
