import type { Role } from './entry.ts';

/** Where the first rule that fits decides; destinations are relative to an installation prefix. */
const BY_PLACE: readonly (readonly [RegExp, Role])[] = [
  [/^s?bin(?:\/|$)/, 'binary'],
  [/(?:^|\/)man\/(?:[^/]+\/)?man[1-9]/, 'man'],
  [/^share\/man(?:\/|$)/, 'man'],
  [/(?:^|\/)(?:bash-completion|completions|vendor_completions\.d|site-functions)(?:\/|$)/, 'completion'],
  [/^share\/licenses(?:\/|$)/, 'license'],
  [/(?:^|\/)(?:[\w.-]+[-_.])?(?:LICEN[CS]ES?|COPYING|UNLICENSE|NOTICE)(?:[-_.][A-Za-z0-9.-]+)?$/, 'license'],
  [/(?:^|\/)licen[cs]e(?:\.(?:txt|md))?$/i, 'license'],
  [/^etc(?:\/|$)/, 'config'],
  [/^(?:lib|etc)\/systemd\/(?:system|user)\/[^/]+\.(?:service|socket|timer|target)$/, 'service'],
  [/^(?:share\/)?docs?(?:\/|$)/, 'doc'],
  [/^(?:README|CHANGELOG|CHANGES|AUTHORS|CONTRIBUTING)(?:\.[a-z]+)?$/i, 'doc'],
  [/\.(?:dll|dylib|so(?:\.\d+)*)$/, 'library'],
];

/** The role a destination's place and name give it; undefined when they say nothing. */
export function roleByPlace(path: string): Role | undefined {
  return BY_PLACE.find(([pattern]) => pattern.test(path))?.[1];
}
