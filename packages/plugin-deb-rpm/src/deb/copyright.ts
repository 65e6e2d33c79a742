import type { ControlFacts } from './control.ts';
import { indented, oneLine } from './text.ts';

/** copyright-format 1.0 (DEP-5) */
const FORMAT = 'https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/';

/** Texts every Debian system has; policy 12.5 wants them named, not copied. SPDX identifiers without -only and -or-later. */
const COMMON: Readonly<Record<string, string>> = {
  'Apache-2.0': 'Apache-2.0',
  'Artistic-1.0-Perl': 'Artistic',
  'CC0-1.0': 'CC0-1.0',
  'GFDL-1.2': 'GFDL-1.2',
  'GFDL-1.3': 'GFDL-1.3',
  'GPL-1.0': 'GPL-1',
  'GPL-2.0': 'GPL-2',
  'GPL-3.0': 'GPL-3',
  'LGPL-2.0': 'LGPL-2',
  'LGPL-2.1': 'LGPL-2.1',
  'LGPL-3.0': 'LGPL-3',
  'MPL-1.1': 'MPL-1.1',
  'MPL-2.0': 'MPL-2.0',
};

/** How those texts begin. */
const COMMON_TEXT =
  /^\s*(?:Apache License\s+Version 2|GNU (?:AFFERO |LESSER |LIBRARY )?GENERAL PUBLIC LICENSE|GNU Free Documentation|Mozilla Public License)/i;

export function isLicenseText(path: string): boolean {
  return /(?:^|[/._-])(?:licen[cs]es?|copying|unlicense)(?:[-_.][a-z0-9.-]+)?$/i.test(path);
}

/** The user's file, else one made of the license's name and its texts. */
export function copyrightText(
  { release, options, names, date }: Pick<ControlFacts, 'release' | 'options' | 'names'> & { readonly date: number },
  texts: readonly string[],
): string {
  if (options.copyright !== undefined) return options.copyright.endsWith('\n') ? options.copyright : `${options.copyright}\n`;
  const { license, vendor, maintainer, homepage } = release;
  const holders = texts.flatMap(holdersIn);
  const year = new Date(date * 1000).getUTCFullYear();
  const holder = `${year} ${oneLine(vendor ?? options.maintainer ?? maintainer ?? `the authors of ${release.name}`)}`;
  const body = texts.filter((text) => !COMMON_TEXT.test(text));
  const paragraphs = [...body.map((text) => text.trim()), ...commonTexts(license, texts)];
  const stated = license === undefined ? 'The terms are those its authors publish it under.' : `The terms are those of ${license}.`;
  return [
    `Format: ${FORMAT}`,
    `Upstream-Name: ${names.bare}`,
    ...(homepage === undefined ? [] : [`Source: ${oneLine(homepage)}`]),
    '',
    'Files: *',
    `Copyright: ${[...new Set(holders.length === 0 ? [holder] : holders)].join('\n ')}`,
    `License: ${shortName(license)}`,
    ...indented(paragraphs.length === 0 ? stated : paragraphs.join('\n\n')),
    '',
  ].join('\n');
}

function commonTexts(license: string | undefined, texts: readonly string[]): readonly string[] {
  const named = [...(license ?? '').matchAll(/[A-Za-z0-9.-]+/g)].map(([id]) => COMMON[id.replace(/-(?:only|or-later)$/, '')]);
  const files = [...new Set(named)].filter((file) => file !== undefined).map((file) => `/usr/share/common-licenses/${file}`);
  if (files.length > 0) return [`On Debian systems the text of the license is in\n${files.join('\n')}`];
  return texts.filter((text) => COMMON_TEXT.test(text)).map((text) => text.trim());
}

/** "2024 Jane Doe" of "Copyright (c) 2024 Jane Doe"; a license's own text says the word without a year. */
function holdersIn(text: string): readonly string[] {
  if (COMMON_TEXT.test(text)) return [];
  return [...text.matchAll(/^[ \t]*(?:©|\(c\)|copyright)(?:[ \t]+(?:©|\(c\)))?[ \t]+(\d{4}.*\S)[ \t]*$/gim)].map(([, holder]) =>
    oneLine(holder ?? ''),
  );
}

/** SPDX writes AND and OR, DEP-5 small letters. */
function shortName(license: string | undefined): string {
  return oneLine(license ?? 'custom').replaceAll(/ (AND|OR|WITH) /g, (word) => word.toLowerCase());
}
