import type { Header } from '../rpm/read/header.ts';
import { SENSE, TAG } from '../rpm/tags.ts';
import { rpmvercmp } from './version.ts';
import { attributes } from './xml.ts';

/** What packages need of each other, as primary.xml tells it. */

const TAGS = {
  provides: [TAG.provideName, TAG.provideFlags, TAG.provideVersion],
  requires: [TAG.requireName, TAG.requireFlags, TAG.requireVersion],
  conflicts: [TAG.conflictName, TAG.conflictFlags, TAG.conflictVersion],
  obsoletes: [TAG.obsoleteName, TAG.obsoleteFlags, TAG.obsoleteVersion],
  suggests: [TAG.suggestName, TAG.suggestFlags, TAG.suggestVersion],
  enhances: [TAG.enhanceName, TAG.enhanceFlags, TAG.enhanceVersion],
  recommends: [TAG.recommendName, TAG.recommendFlags, TAG.recommendVersion],
  supplements: [TAG.supplementName, TAG.supplementFlags, TAG.supplementVersion],
} as const;

interface Relation {
  readonly name: string;
  readonly flags: string | undefined;
  readonly version: string;
  /** Needed before the package's files are there. */
  readonly pre: boolean;
}

/** `files`: those of the package that primary.xml lists. */
export function printRelations(header: Header, files: ReadonlySet<string>): readonly string[] {
  const provided = new Set(relationsOf(header, 'provides').map(capability));
  return Object.keys(TAGS).flatMap((kind) => {
    const all = relationsOf(header, kind as keyof typeof TAGS);
    const entries = kind === 'requires' ? needed(all, provided, files) : all;
    if (entries.length === 0) return [];
    return [`<rpm:${kind}>`, ...entries.map((entry) => `  ${printEntry(entry)}`), `</rpm:${kind}>`];
  });
}

/** sense bits: LESS 2, GREATER 4, EQUAL 8 */
const FLAGS: Readonly<Record<number, string>> = { 2: 'LT', 4: 'GT', 8: 'EQ', 10: 'LE', 12: 'GE' };
/** RPMSENSE_PREREQ and the scripts before and after an installation: what createrepo_c takes for "before". */
const PRE = 0x40 | SENSE.scriptPre | SENSE.scriptPost;

function relationsOf(header: Header, kind: keyof typeof TAGS): readonly Relation[] {
  const [nameTag, flagsTag, versionTag] = TAGS[kind];
  const [flags, versions] = [header.numbers(flagsTag), header.texts(versionTag)];
  return header.texts(nameTag).map((name, index) => {
    const bits = flags[index] ?? 0;
    return { name, flags: FLAGS[bits & 0xe], version: versions[index] ?? '', pre: kind === 'requires' && (bits & PRE) !== 0 };
  });
}

function capability({ name, flags, version }: Relation): string {
  return `${name} ${flags ?? ''} ${version}`;
}

/** Without what every rpm can do, what the package brings itself and what is there twice. */
function needed(all: readonly Relation[], provided: ReadonlySet<string>, files: ReadonlySet<string>): readonly Relation[] {
  const outer = all.filter((each) => !each.name.startsWith('rpmlib(') && !files.has(each.name) && !provided.has(capability(each)));
  const unique = [...new Map(outer.map((each) => [`${capability(each)} ${each.pre}`, each])).values()];
  const libc = unique.filter(isLibc).toSorted((a, b) => rpmvercmp(symbols(b), symbols(a)));
  // Each version of the C library has all symbols of the earlier ones.
  return [...unique.filter((each) => !isLibc(each)), ...libc.slice(0, 1)];
}

/** `GLIBC_2.34` */
function symbols({ name }: Relation): string {
  return /\((.*?)\)/.exec(name)?.[1] ?? '';
}

function isLibc({ name }: Relation): boolean {
  return name.startsWith('libc.so.6(');
}

function printEntry({ name, flags, version, pre }: Relation): string {
  const evr = flags === undefined ? {} : { flags, ...split(version) };
  return `<rpm:entry${attributes({ name, ...evr, pre: pre ? 1 : undefined })}/>`;
}

/** `[epoch:]version[-release]` */
function split(evr: string): Readonly<Record<string, string | undefined>> {
  const { epoch = '0', ver, rel } = /^(?:(?<epoch>\d+):)?(?<ver>.*?)(?:-(?<rel>[^-]*))?$/s.exec(evr)?.groups ?? {};
  return { epoch, ver, rel };
}
