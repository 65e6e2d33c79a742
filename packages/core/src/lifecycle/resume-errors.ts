import { DistError, EXIT } from '../errors.ts';
import type { Release } from '../model/release.ts';
import type { FoundJournal } from './journal-find.ts';
import type { ReleaseState } from './journal-summary.ts';

type Named = Pick<Release, 'name' | 'version'>;

export function nothingToResume(): DistError {
  return new DistError('nothing-to-resume', 'Cannot resume a release: no journal here tells of an unfinished one', {
    exit: EXIT.usage,
    hint: 'name one that another machine began with --version',
  });
}

export function notBegun({ name, version }: Named): DistError {
  return new DistError('nothing-to-resume', `Cannot resume ${name} ${version}: no journal tells of it`, {
    exit: EXIT.usage,
    hint: `"publish --version ${version}" publishes what is packaged`,
  });
}

export function notResumable({ name, version }: Named, state: ReleaseState): DistError {
  const isBack = state !== 'published';
  const goOn = state === 'partly rolled back' ? `"rollback --version ${version}" goes on taking it back; ` : '';
  return new DistError(isBack ? 'rolled-back' : 'nothing-to-resume', `Cannot resume ${name} ${version}: it is ${state}`, {
    exit: EXIT.usage,
    hint: isBack ? `${goOn}"publish --version ${version}" publishes it anew` : 'see "provisioning-dist status"',
  });
}

export function severalToResume(found: readonly FoundJournal[]): DistError {
  const names = found.map(({ product, version }) => `${product} ${version}`).join(', ');
  return new DistError('several-to-resume', `Cannot resume: ${found.length} releases are unfinished: ${names}`, {
    exit: EXIT.usage,
    hint: 'choose one with --version, and --product where there are several',
  });
}

export function otherArtifacts({ name, version }: Named, changed: readonly string[]): DistError {
  const names = changed.map((artifact) => `"${artifact}"`).join(', ');
  return new DistError('other-artifacts', `Cannot resume ${name} ${version}: ${names} differ from what it began to publish`, {
    exit: EXIT.preflight,
    hint: 'bring back the artifacts it began with (--from DIR), or take it back with rollback and publish it anew',
  });
}
