import { debianArchitectures, type Elf, isStaticElf } from '@provisioning-dist/payload';
import { error, note, type Problem } from './findings.ts';
import type { Listed } from './listed.ts';

/** Programs and libraries: for which machine they are, and what they need. */

/** Packages of libraries nearly every dynamic program needs; others are named by their files. */
const PACKAGES: Readonly<Record<string, string>> = {
  'libcrypt.so.1': 'libcrypt1',
  'libcrypto.so.3': 'libssl3',
  'libcrypto.so.1.1': 'libssl1.1',
  'libgcc_s.so.1': 'libgcc-s1',
  'libgomp.so.1': 'libgomp1',
  'liblzma.so.5': 'liblzma5',
  'libpam.so.0': 'libpam0g',
  'libsqlite3.so.0': 'libsqlite3-0',
  'libssl.so.3': 'libssl3',
  'libssl.so.1.1': 'libssl1.1',
  'libstdc++.so.6': 'libstdc++6',
  'libsystemd.so.0': 'libsystemd0',
  'libz.so.1': 'zlib1g',
  'libzstd.so.1': 'libzstd1',
};
const LIBC = /^(?:libc|libm|libdl|libpthread|librt|libresolv|libutil|libnsl|ld-linux(?:-[a-z0-9_-]+)?)\.so\.[0-9]+$/;

export interface ProgramFacts {
  readonly architecture: string;
  readonly depends: string;
}

export function programProblems(entries: readonly Listed[], facts: ProgramFacts): readonly Problem[] {
  return [...entries.flatMap((entry) => machineProblems(entry, facts)), ...dependProblems(entries, facts)];
}

function machineProblems({ path, elf }: Listed, { architecture }: ProgramFacts): readonly Problem[] {
  if (elf === undefined) return [];
  if (architecture === 'all') return [error('program-in-all', 'It is a program of one machine in a package for all', path)];
  const fits = elf.cpu === undefined || debianArchitectures(elf.cpu).includes(architecture);
  return fits ? [] : [error('other-machine', `It is a program for ${elf.cpu}, the package is for ${architecture}`, path)];
}

/** What `depends` may lack, as one note for the package. */
function dependProblems(entries: readonly Listed[], { depends }: ProgramFacts): readonly Problem[] {
  const elves = entries.flatMap(({ elf }) => elf ?? []);
  const own = new Set(entries.flatMap(({ path, elf }) => [path.split('/').at(-1) ?? '', elf?.linking?.soname ?? '']));
  const suggested = suggestedDepends(elves, own).filter((relation) => !mentions(depends, relation));
  return suggested.length === 0 ? [] : [note('depends', `Its programs need what "depends" does not name: ${suggested.join(', ')}`)];
}

function mentions(depends: string, relation: string): boolean {
  const [name = ''] = relation.split(' ');
  return depends.split(/[,|]/).some((part) => part.trim().split(/[ :(]/)[0] === name);
}

/** Relations for what dynamic programs are linked with; libraries of the package itself (`own`) are left out. */
export function suggestedDepends(elves: readonly Elf[], own: ReadonlySet<string> = new Set()): readonly string[] {
  const needed = new Set(elves.filter((elf) => !isStaticElf(elf)).flatMap(({ linking }) => linking?.needed ?? []));
  const others = [...needed].filter((library) => !LIBC.test(library) && !own.has(library)).map((library) => PACKAGES[library] ?? packageOf(library));
  const version = glibcVersion(elves);
  const libc = [...needed].some((library) => LIBC.test(library)) ? [version === undefined ? 'libc6' : `libc6 (>= ${version})`] : [];
  return [...new Set([...libc, ...others.toSorted()])];
}

/** Debian's usual name: the soname without ".so.", with a hyphen between digits. */
function packageOf(library: string): string {
  const [, name = library, version = ''] = /^(.+?)\.so(?:\.(.+))?$/.exec(library) ?? [];
  return `${name}${/\d$/.test(name) && version !== '' ? '-' : ''}${version}`.toLowerCase().replaceAll('_', '-');
}

function glibcVersion(elves: readonly Elf[]): string | undefined {
  const asked = elves
    .flatMap(({ linking }) => [...(linking?.versions.values() ?? [])].flat())
    .flatMap((name) => /^GLIBC_(\d+)\.(\d+)/.exec(name) ?? []);
  const versions = asked.flatMap((_, index) => (index % 3 === 0 ? [[Number(asked[index + 1]), Number(asked[index + 2])] as const] : []));
  const [newest] = versions.toSorted(([a, b], [c, d]) => c - a || d - b);
  return newest?.join('.');
}
