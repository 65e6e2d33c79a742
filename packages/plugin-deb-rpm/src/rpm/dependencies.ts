import { type Field, numbers, texts } from './header.ts';
import { SENSE, TAG } from './tags.ts';

/** One row of the arrays a kind of relation has. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly flags: number;
}

const OPERATOR: Readonly<Record<string, number>> = {
  '<': SENSE.less,
  '<=': SENSE.less | SENSE.equal,
  '=': SENSE.equal,
  '>=': SENSE.greater | SENSE.equal,
  '>': SENSE.greater,
};

/** A relation in its usual form as a row. */
export function dependency(relation: string, own: string, flags = 0): Dependency {
  const written = relation.replaceAll('{version}', own);
  const [name = '', operator = '', version = ''] = written.startsWith('(') ? [written] : written.split(' ');
  return { name, version, flags: flags | (OPERATOR[operator] ?? 0) };
}

export function equalTo(name: string, version: string, flags = 0): Dependency {
  return { name, version, flags: SENSE.equal | flags };
}

export type DependencyKind = 'provides' | 'requires' | 'conflicts' | 'obsoletes' | 'recommends' | 'suggests' | 'supplements' | 'enhances' | 'order';

/** Tags of names, versions and flags. */
export const KINDS: Readonly<Record<DependencyKind, readonly [name: number, version: number, flags: number]>> = {
  provides: [TAG.provideName, TAG.provideVersion, TAG.provideFlags],
  requires: [TAG.requireName, TAG.requireVersion, TAG.requireFlags],
  conflicts: [TAG.conflictName, TAG.conflictVersion, TAG.conflictFlags],
  obsoletes: [TAG.obsoleteName, TAG.obsoleteVersion, TAG.obsoleteFlags],
  recommends: [TAG.recommendName, TAG.recommendVersion, TAG.recommendFlags],
  suggests: [TAG.suggestName, TAG.suggestVersion, TAG.suggestFlags],
  supplements: [TAG.supplementName, TAG.supplementVersion, TAG.supplementFlags],
  enhances: [TAG.enhanceName, TAG.enhanceVersion, TAG.enhanceFlags],
  order: [TAG.orderName, TAG.orderVersion, TAG.orderFlags],
};

/** Each row once, by the bytes of its name, as rpmbuild has them. */
export function dependencyFields(kind: DependencyKind, rows: readonly Dependency[]): readonly Field[] {
  const [name, version, flags] = KINDS[kind];
  const distinct = [...new Map(rows.map((row) => [`${row.name} ${row.version} ${row.flags}`, row])).values()].toSorted(byName);
  if (distinct.length === 0) return [];
  return [
    texts(
      name,
      distinct.map((row) => row.name),
    ),
    texts(
      version,
      distinct.map((row) => row.version),
    ),
    numbers(
      'int32',
      flags,
      distinct.map((row) => row.flags),
    ),
  ];
}

function byName(a: Dependency, b: Dependency): number {
  return Buffer.compare(Buffer.from(`${a.name}\0${a.version}`), Buffer.from(`${b.name}\0${b.version}`)) || a.flags - b.flags;
}

/** What rpm must be able to do, and the first version that does. */
const RPMLIB = {
  CompressedFileNames: '3.0.4-1',
  FileDigests: '4.6.0-1',
  PayloadFilesHavePrefix: '4.0-1',
  PayloadIsXz: '5.2-1',
  PayloadIsZstd: '5.4.18-1',
  LargeFiles: '4.12.0-1',
  TildeInVersions: '4.10.0-1',
  CaretInVersions: '4.15.0-1',
  RichDependencies: '4.12.0-1',
  FileCaps: '4.6.1-1',
  ScriptletInterpreterArgs: '4.0.3-1',
  BuiltinLuaScripts: '4.2.2-1',
} as const;

export type RpmFeature = keyof typeof RPMLIB;

export function rpmlib(feature: RpmFeature): Dependency {
  return { name: `rpmlib(${feature})`, version: RPMLIB[feature], flags: SENSE.rpmlib | SENSE.less | SENSE.equal };
}

/** What the texts of relations need. */
export function relationFeatures(rows: readonly Dependency[]): readonly RpmFeature[] {
  const any = (pattern: RegExp): boolean => rows.some(({ name, version }) => pattern.test(name.startsWith('(') ? name : version));
  const features: readonly (readonly [RpmFeature, boolean])[] = [
    ['TildeInVersions', any(/~/)],
    ['CaretInVersions', any(/\^/)],
    ['RichDependencies', rows.some(({ name }) => name.startsWith('('))],
  ];
  return features.flatMap(([feature, needed]) => (needed ? [feature] : []));
}
