import { type Changes, changesOf, type Retention, type Target } from '../repository/change.ts';
import { twice, versionAbsent } from './errors.ts';
import { identityOf, isListed, type Package, type State, sorted } from './state.ts';
import { compareVersions } from './version.ts';

/** What publishing and going back do to a suite. */

type All = Changes<Package, State>;

const changes: All = changesOf<Package, State>({
  compare: (one, other) => compareVersions(one.version, other.version),
  groupOf: ({ component, package: name, architecture }) => `${component} ${name} ${architecture}`,
  identityOf,
  digestOf: ({ sha256 }) => sha256,
  releaseOf: ({ release }) => release,
  compareReleases: compareVersions,
  sorted,
  twice: (each, same) => twice(`${each.package} ${each.version} for ${each.architecture}`, same.key, each.key),
});

export const added: All['added'] = changes.added;
export const removed: All['removed'] = changes.removed;
export const restored: All['restored'] = changes.restored;
export const currentRelease: All['currentRelease'] = changes.currentRelease;

export function hasListed({ packages }: State, { key, sha256 }: Pick<Package, 'key' | 'sha256'>): boolean {
  return packages.some((each) => each.key === key && each.sha256 === sha256 && isListed(each));
}

export interface Retarget extends Target {
  readonly suite: string;
}

export function retargeted(state: State, target: Retarget, retention: Retention): State {
  const next = changes.retargeted(state, target, retention);
  if (!next) throw versionAbsent(target.to, target.suite);
  return next;
}
