import type { Finding, Os } from '@provisioning-dist/core';
import * as found from './findings.ts';
import type { Listed } from './listed.ts';

/** What Finder and Explorer leave in folders. */
const LEFT_BEHIND = /(?:^|\/)(?:\._[^/]*|\.DS_Store|__MACOSX|Thumbs\.db|desktop\.ini)(?:\/|$)/i;
/** Windows: device names with any extension, a dot or space at the end, characters of its own. */
const WINDOWS_BAD = /(?:^|\/)(?:(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.[^/]*)?|[^/]*[. ])(?:\/|$)|[<>:"|?*\\]/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const NON_ASCII = /[^\x00-\x7f]/;

/** Names nobody wants, and two that are one where case does not count. */
export function checkNames(entries: readonly Listed[], os: Os | undefined): readonly Finding[] {
  const seen = new Map<string, string>();
  const folds = os === 'windows' || os === 'macos';
  return entries.flatMap(({ path }) => {
    const key = folds ? path.normalize('NFC').toLowerCase() : path;
    const other = seen.get(key);
    seen.set(key, path);
    return [...checkName(path, os), ...(other === undefined ? [] : [other === path ? found.twice(path) : found.sameFolded(path, other)])];
  });
}

function checkName(path: string, os: Os | undefined): readonly Finding[] {
  if (LEFT_BEHIND.test(path)) return [found.forbiddenName(path)];
  if (CONTROL.test(path)) return [found.unsafePath(path, 'it holds a control character')];
  if (os === 'windows' && WINDOWS_BAD.test(path)) return [found.unsafePath(path, 'Windows has no such name')];
  return NON_ASCII.test(path) ? [found.nonAscii(path)] : [];
}
