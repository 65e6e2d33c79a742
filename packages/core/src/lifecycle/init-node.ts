import { statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { dataOf, homepageOf, type InitFacts, type InitRule, isPlain, isPlainPath, lineOf, nameOf, textOf, textsOf, versionOf } from './init-facts.ts';
import { readData } from './init-read.ts';

/** An npm package: its files go to `lib`, and links in `bin` point to its programs. */
export async function nodeFacts(root: string): Promise<InitFacts | undefined> {
  const data = await readData(root, 'package.json');
  if (!data) return undefined;
  const name = nameOf(data.name);
  const bins = binsOf(data.bin, name);
  const author = textOf(data.author) ?? personOf(dataOf(data.author));
  return {
    name,
    version: versionOf(data.version),
    description: lineOf(data.description),
    homepage: homepageOf(data.homepage),
    license: /^(?:UNLICENSED$|SEE LICENSE)/.test(textOf(data.license) ?? '') ? undefined : lineOf(data.license),
    maintainer: lineOf(author),
    ...(bins.length === 0 ? {} : { contents: rulesOf(root, `lib/${name}`, { bins, files: textsOf(data.files) }) }),
    source: 'package.json',
  };
}

function personOf({ name, email }: { readonly name?: unknown; readonly email?: unknown }): string | undefined {
  return textOf(name) === undefined || textOf(email) === undefined ? textOf(name) : `${name} <${email}>`;
}

type Bin = readonly [name: string, path: string];

function binsOf(bin: unknown, name: string | undefined): readonly Bin[] {
  const entries = typeof bin === 'string' ? [[name ?? '', bin] as const] : Object.entries(dataOf(bin));
  return entries.flatMap(([key, value]) => {
    const path = plain(textOf(value) ?? '');
    return isPlain(key) && isPlainPath(path) ? [[key, path] as const] : [];
  });
}

function plain(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+(?:\*\*?)?$/, '');
}

function rulesOf(
  root: string,
  lib: string,
  { bins, files }: { readonly bins: readonly Bin[]; readonly files: readonly string[] },
): readonly InitRule[] {
  const programs = [...new Set(bins.map(([, path]) => path))];
  const others = [...new Set(['package.json', ...files.map(plain)])].filter((path) => isPlainPath(path) && !programs.includes(path));
  return [
    ...programs.map((path) => ({ from: path, to: `${lib}/${path}`, mode: '0755' })),
    ...others.map((path) => (isFolder(join(root, path), path) ? folderRule(lib, path, programs) : { from: path, to: `${lib}/${path}` })),
    // Windows needs a privilege to make links
    ...bins.map(([name, path]) => ({
      type: 'symlink' as const,
      from: posix.join('..', lib, path),
      to: `bin/${name}`,
      platforms: ['linux', 'macos', 'freebsd'],
    })),
  ];
}

/** What is not there yet, as before the first build, is told by its name. */
function isFolder(file: string, path: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? posix.extname(path) === '';
}

function folderRule(lib: string, path: string, programs: readonly string[]): InitRule {
  const inside = programs.filter((program) => program.startsWith(`${path}/`)).map((program) => `${lib}/${program}`);
  return { from: `${path}/**`, to: `${lib}/${path}/`, ...(inside.length > 0 && { exclude: inside }) };
}
