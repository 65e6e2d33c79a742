import type { ControlFacts } from './control.ts';
import { maintainerOf } from './control.ts';

/** deb-changelog(5): the user's, or one entry for the release. Undefined when nobody can be named as its author. */
export function changelogText({
  release,
  options,
  names,
  version,
  date,
}: Pick<ControlFacts, 'release' | 'options' | 'names' | 'version'> & { readonly date: number }): string | undefined {
  const maintainer = maintainerOf({ release, options });
  if (options.changelog === false) return undefined;
  if (options.changelog !== undefined) return options.changelog.endsWith('\n') ? options.changelog : `${options.changelog}\n`;
  if (maintainer === undefined) return undefined;
  return `${names.own} (${version}) stable; urgency=medium\n\n  * Release ${release.version}.\n\n -- ${maintainer}  ${mailDate(date)}\n`;
}

/** RFC 5322: `Thu, 29 Feb 2024 12:30:10 +0000` */
function mailDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
}
