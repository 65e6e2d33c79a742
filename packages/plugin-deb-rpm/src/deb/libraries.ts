import { type Content, type Elf, elfStream, isStaticElf, type Member, SEGMENT_MIN } from '@provisioning-dist/payload';

/** Which packages have the libraries that programs are linked with. */

/** Packages of libraries many programs need. What is not here cannot be told from a library's name. */
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

export interface Suggested {
  /** `libc6 (>= 2.34)` */
  readonly relations: readonly string[];
  /** Sonames of libraries whose packages are not known here. */
  readonly unknown: readonly string[];
}

/** What dynamic programs are linked with, without libraries of the package itself (`own`). */
export function suggestedDepends(elves: readonly Elf[], own: ReadonlySet<string> = new Set()): Suggested {
  const needed = new Set(elves.filter((elf) => !isStaticElf(elf)).flatMap(({ linking }) => linking?.needed ?? []));
  const others = [...needed].filter((library) => !LIBC.test(library) && !own.has(library)).toSorted();
  const version = glibcVersion(elves);
  const libc = [...needed].some((library) => LIBC.test(library)) ? [version === undefined ? 'libc6' : `libc6 (>= ${version})`] : [];
  return {
    relations: [...new Set([...libc, ...others.flatMap((library) => PACKAGES[library] ?? [])])],
    unknown: others.filter((library) => PACKAGES[library] === undefined),
  };
}

/** Names that stand for what came with a version of glibc. */
const ABI: Readonly<Record<string, readonly [number, number]>> = { GLIBC_ABI_DT_RELR: [2, 36] };

function glibcVersion(elves: readonly Elf[]): string | undefined {
  const names = elves.flatMap(({ linking }) => [...(linking?.versions.values() ?? [])].flat());
  const [newest] = names.flatMap((name) => versionOf(name)).toSorted(([a, b], [c, d]) => c - a || d - b);
  return newest?.join('.');
}

function versionOf(name: string): readonly (readonly [number, number])[] {
  const [, major, minor] = /^GLIBC_(\d+)\.(\d+)/.exec(name) ?? [];
  const abi = ABI[name];
  if (abi !== undefined) return [abi];
  return major === undefined ? [] : [[Number(major), Number(minor)]];
}

/** The packages the members' programs are linked with, as far as they are known. */
export function linkedDepends(members: readonly Member[], content: Pick<Content, 'bytes' | 'facts' | 'pieces'>): readonly string[] {
  const elves = members.flatMap((member) => (member.type === 'file' ? (elfOf(member, content) ?? []) : []));
  const own = new Set([...members.map(({ path }) => path.split('/').at(-1) ?? ''), ...elves.map(({ linking }) => linking?.soname ?? '')]);
  return suggestedDepends(elves, own).relations;
}

function elfOf(member: Member & { readonly type: 'file' }, content: Pick<Content, 'bytes' | 'facts' | 'pieces'>): Elf | undefined {
  if ((member.mode & 0o111) === 0 && !/\.so(?:\.[0-9.]+)?$/.test(member.path)) return undefined;
  const stream = elfStream(member.size);
  for (const piece of piecesOf(member, content)) {
    stream.push(piece);
    if (stream.done()) break;
  }
  return stream.elf();
}

function piecesOf({ source, size }: Member & { readonly type: 'file' }, content: Pick<Content, 'bytes' | 'facts' | 'pieces'>): Iterable<Uint8Array> {
  if ('bytes' in source || size < SEGMENT_MIN) return [content.bytes(source)];
  return content.pieces({ sha256: content.facts(source).digests.sha256 ?? '', length: size });
}
