import type { Finding, Os } from '@provisioning-dist/core';
import { lineEnds, notExecutable } from './findings.ts';
import type { Listed } from './listed.ts';

/** ELF; Mach-O, 32 and 64 bits in either byte order; a script. Universal binaries share their magic with Java classes. */
const PROGRAM = /^(?:7f454c46|feedfac[ef]|c[ef]faedfe|2321)/;
const LIBRARY = /\.(?:so(?:\.[0-9.]+)?|dylib|a|o|node)$/;
/** What core converts for Windows, and what must have CRLF everywhere. */
const WINDOWS_TEXT = /(?:\.(?:txt|md|cfg|toml)|(?:^|\/)(?:LICENSE|README))$/i;
const BATCH = /\.(?:bat|cmd)$/i;
const POWERSHELL = /\.psm?1$/i;

/** A program must be executable where permissions count. */
export function checkProgram({ path, mode, content }: Listed, os: Os | undefined): readonly Finding[] {
  if (!content || os === 'windows' || mode & 0o111 || LIBRARY.test(path)) return [];
  return PROGRAM.test(content.head.toString('hex')) ? [notExecutable(path, mode)] : [];
}

/** Line ends each system's own programs take. */
export function checkLineEnds({ path, content }: Listed, os: Os | undefined): readonly Finding[] {
  if (!content?.text || content.lineFeeds === 0 || os === undefined) return [];
  const wanted = BATCH.test(path) || (os === 'windows' && WINDOWS_TEXT.test(path) && !isScript(content.head));
  if (wanted) return content.crlf === content.lineFeeds ? [] : [lineEnds(path, 'LF', 'CRLF')];
  const tolerated = os === 'windows' || POWERSHELL.test(path);
  return content.crlf > 0 && (isScript(content.head) || !tolerated) ? [lineEnds(path, 'CRLF', 'LF')] : [];
}

function isScript(head: Buffer): boolean {
  return head.toString('latin1').startsWith('#!');
}
