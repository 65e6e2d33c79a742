import type { ContentRule } from '../config/config.ts';
import type { Role } from '../model/entry.ts';
import type { Os } from '../model/platform.ts';

export type Eol = 'lf' | 'crlf';

/** What Windows programs open that know CRLF only: text for people. Scripts, sources and data keep the ends they were written with. */
const TEXT = /\.(?:txt|md|markdown|rst|adoc|cfg|conf|ini|toml)$/i;
const TEXT_NAME = /(?:^|\/)(?:README|LICEN[CS]E|COPYING|NOTICE|UNLICENSE|CHANGELOG|CHANGES|AUTHORS|CONTRIBUTING|INSTALL)(?:-[\w.-]+)?$/i;
const BATCH = /\.(?:bat|cmd)$/i;

export interface EolWish {
  readonly eol: Eol;
  /** Files that start with `#!` keep their ends: their readers are Unix programs everywhere. */
  readonly spareScripts: boolean;
}

/** Which line ends a file shall have there; undefined = as it is. Whether it is text at all shows in its content. */
export function wantedEol(
  rule: ContentRule,
  os: Os | undefined,
  { path, role }: { readonly path: string; readonly role: Role | undefined },
): EolWish | undefined {
  if (rule.eol === 'lf' || rule.eol === 'crlf') return { eol: rule.eol, spareScripts: false };
  if (rule.eol === 'keep' || os !== 'windows') return undefined;
  if (BATCH.test(path)) return { eol: 'crlf', spareScripts: false };
  return TEXT.test(path) || TEXT_NAME.test(path) || role === 'license' ? { eol: 'crlf', spareScripts: true } : undefined;
}

/** Counts through a file's pieces what converting its line ends adds to it, in bytes. */
export interface EolCount {
  readonly add: (piece: Uint8Array) => void;
  /** Undefined for a file that is not text: it holds a NUL. */
  readonly growth: () => number | undefined;
}

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;

/** For `crlf` bare LFs grow, for `lf` CRLFs shrink; a lone CR is neither. */
export function countEol(eol: Eol): EolCount {
  let previous = -1;
  let bare = 0;
  let paired = 0;
  let binary = false;
  return {
    add: (piece) => {
      binary ||= piece.includes(NUL);
      for (let at = piece.indexOf(LF); at !== -1; at = piece.indexOf(LF, at + 1)) {
        if ((at === 0 ? previous : piece[at - 1]) === CR) paired++;
        else bare++;
      }
      previous = piece.at(-1) ?? previous;
    },
    growth: () => (binary ? undefined : eol === 'crlf' ? bare : -paired),
  };
}
