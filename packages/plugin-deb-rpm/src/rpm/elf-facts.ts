import { type Content, type Elf, type Member, readElf } from '@provisioning-dist/payload';
import type { Dependency } from './dependencies.ts';
import { SENSE } from './tags.ts';

/** What the programs and libraries of a package say of themselves. */
export interface ElfFacts {
  /** 1 for 32-bit programs and libraries, 2 for 64-bit ones, else 0. */
  readonly color: (member: Member) => number;
  /** Read when asked for: the libraries they are linked to, and those they are. */
  readonly libraries: () => Libraries;
}

/** As rpmbuild names them: `libc.so.6(GLIBC_2.34)(64bit)`. */
export interface Libraries {
  readonly requires: readonly Dependency[];
  readonly provides: readonly Dependency[];
}

type File = Member & { readonly type: 'file' };

const MAGIC = '\x7fELF';
/** Of larger programs the libraries are not looked for: their tables may be anywhere. */
const WHOLE_MAX = 64 * 1024 * 1024;

export function elfFacts(members: readonly Member[], content: Content): ElfFacts {
  const bits = new Map<string, number>();
  const programs = members.filter((member): member is File => member.type === 'file' && mayBeProgram(member) && isElf(member, content, bits));
  return {
    color: ({ path }) => bits.get(path) ?? 0,
    libraries: () =>
      librariesOf(
        programs.filter((member) => isLinked(member, content)).map((member) => ({ path: member.path, elf: readElf(whole(member, content)) })),
      ),
  };
}

function mayBeProgram({ path, mode, size }: File): boolean {
  return size > 4 && ((mode & 0o111) !== 0 || /\.so(?:\.[0-9.]+)?$/.test(path));
}

/** EI_CLASS, the byte after the magic: 1 is 32 bits, 2 is 64. */
function isElf(member: File, content: Content, bits: Map<string, number>): boolean {
  const [first] = piecesOf(member, content);
  if (first === undefined || Buffer.from(first.subarray(0, 4)).toString('latin1') !== MAGIC) return false;
  bits.set(member.path, first[4] ?? 0);
  return true;
}

/** Static programs need nothing; their first bytes say so. */
function isLinked(member: File, content: Content): boolean {
  const [first] = piecesOf(member, content);
  return member.size <= WHOLE_MAX && first !== undefined && readElf(first)?.dynamic === true;
}

function* piecesOf(member: File, content: Content): Generator<Uint8Array, void, undefined> {
  if ('bytes' in member.source || member.size < 64 * 1024) yield content.bytes(member.source);
  else yield* content.pieces({ sha256: content.facts(member.source).digests.sha256 ?? '', length: member.size });
}

function whole(member: File, content: Content): Uint8Array {
  const bytes = Buffer.allocUnsafe(member.size);
  let filled = 0;
  for (const piece of piecesOf(member, content)) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

interface Program {
  readonly path: string;
  readonly elf: Elf | undefined;
}

/** Where the linker looks: what is elsewhere is the package's own matter. */
const PUBLIC = /^(?:usr\/)?lib(?:32|64)?\/[^/]+$/;
const NAME = /^[A-Za-z0-9_.+-]+$/;

function librariesOf(programs: readonly Program[]): Libraries {
  const own = new Set(programs.flatMap(({ path, elf }) => [path.split('/').at(-1), elf?.linking?.soname]));
  const rows = (names: readonly string[], flags: number): readonly Dependency[] => [...new Set(names)].map((name) => ({ name, version: '', flags }));
  return {
    requires: rows(
      programs.flatMap(({ elf }) => (elf?.linking ? neededBy(elf, own) : [])),
      SENSE.findRequires,
    ),
    provides: rows(
      programs.flatMap(({ path, elf }) =>
        elf?.linking?.soname && PUBLIC.test(path) && NAME.test(elf.linking.soname) ? [named(elf.linking.soname, '', elf)] : [],
      ),
      SENSE.findProvides,
    ),
  };
}

function named(library: string, version: string, { bits }: Elf): string {
  return `${library}(${version})${bits === 64 ? '(64bit)' : ''}`;
}

/** What the package has itself is nobody else's. */
function neededBy(elf: Elf, own: ReadonlySet<string | undefined>): readonly string[] {
  const { needed = [], versions } = elf.linking ?? {};
  return needed
    .filter((library) => !own.has(library) && NAME.test(library))
    .flatMap((library) =>
      ['', ...(versions?.get(library) ?? []).filter((version) => NAME.test(version))].map((version) => named(library, version, elf)),
    );
}
