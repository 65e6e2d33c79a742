import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** What licences of bundled libraries ask for: their texts, and NOTICE files (Apache-2.0, section 4d), with every copy. */

// let others bundle and ask for the text at most; anything else is a decision of people
const ALLOWED: ReadonlySet<string> = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'Unlicense',
  'CC0-1.0',
  'BlueOak-1.0.0',
  'Python-2.0',
]);

const RULE = '='.repeat(80);

interface Library {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly texts: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  /** Older form, each one a choice. */
  readonly licenses?: readonly { readonly type: string }[];
  readonly author?: string | { readonly name: string };
}

/** Text for THIRD-PARTY.txt; nothing when all is our own. Paths of the metafile start at `folder`. */
export function thirdParty(metafile: Pick<Metafile, 'outputs'>, folder: string): string | undefined {
  const roots = new Set(bundledFiles(metafile).flatMap((file) => rootOf(file)));
  const libraries = new Map([...roots].map((root) => libraryAt(join(folder, root))).map((library) => [titleOf(library), library]));
  if (libraries.size === 0) return undefined;
  const entries = [...libraries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, library]) => entryOf(library));
  return ['This package contains the following libraries.\n', ...entries].join(`\n${RULE}\n`);
}

/** What tree shaking leaves of a file may be nothing. */
function bundledFiles({ outputs }: Pick<Metafile, 'outputs'>): readonly string[] {
  return Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0));
}

/** Greedy: a library inside a library is the inner one's. */
function rootOf(file: string): readonly string[] {
  return /^.*(?<![^/])node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? [];
}

function libraryAt(root: string): Library {
  const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { name, version } = manifest;
  const stated = manifest.license ?? manifest.licenses?.map(({ type }) => type).join(' OR ') ?? 'none';
  const licence = stated.replace(/^\((.*)\)$/, '$1');
  if (!isAllowed(licence)) throw new Error(`Cannot bundle "${name}@${version}": its licence "${licence}" is not one of ${[...ALLOWED].join(', ')}`);
  return { name, version, licence, texts: textsOf(root, manifest, licence) };
}

/** One of SPDX's `A OR B` is enough, with `A AND B` both are asked for. */
function isAllowed(expression: string): boolean {
  return expression.split(' OR ').some((alternative) => alternative.split(' AND ').every((id) => ALLOWED.has(id)));
}

function textsOf(root: string, manifest: Manifest, licence: string): readonly string[] {
  const names = readdirSync(root).sort();
  const licences = names.filter((name) => /^(?:licen[cs]e|copying)(?![^.-])/i.test(name));
  const notices = names.filter((name) => /^notice(?![^.-])/i.test(name));
  const texts = [...licences, ...notices].map((name) => readFileSync(join(root, name), 'utf8').replaceAll('\r\n', '\n').trim());
  return licences.length > 0 ? texts : [statementOf(manifest, licence), ...texts];
}

/** Some libraries ship no text: all that can be said then is what their package.json says. */
function statementOf({ name, version, author }: Manifest, licence: string): string {
  const holder = typeof author === 'string' ? author : author?.name;
  if (holder === undefined) throw new Error(`Cannot bundle "${name}@${version}": it has neither a licence text nor an author`);
  return `Copyright (c) ${holder}. Licensed under ${licence} (https://spdx.org/licenses/).`;
}

function titleOf({ name, version }: Library): string {
  return `${name} ${version}`;
}

function entryOf(library: Library): string {
  return [`${titleOf(library)} (${library.licence})`, ...library.texts].join('\n\n').concat('\n');
}
