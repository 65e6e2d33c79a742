import type { Release } from '@provisioning-dist/core';
import type { PackageNames } from './names.ts';
import type { DebOptions } from './options.ts';
import { withVersion } from './relations.ts';
import { indented, oneLine } from './text.ts';

/** deb-control(5), the fields in dpkg's order. */

export interface ControlFacts {
  readonly release: Release;
  readonly options: DebOptions;
  readonly names: PackageNames;
  readonly version: string;
  readonly architecture: string;
  /** KiB */
  readonly installedSize: number;
  /** What scripts made here call, and programs are linked with. */
  readonly depends: readonly string[];
}

export function controlFile(facts: ControlFacts): string {
  const { release, options, names, version, architecture, installedSize } = facts;
  const list = (relations: readonly string[]): string => [...new Set(relations)].map((one) => withVersion(one, version)).join(', ');
  const { provides, rivals } = variantRelations(facts);
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['Package', names.own],
    ['Source', options.source],
    ['Version', version],
    ['Built-Using', list(options.builtUsing)],
    ['Architecture', architecture],
    ['Essential', options.essential ? 'yes' : undefined],
    ['Protected', options.protected ? 'yes' : undefined],
    ['Origin', options.origin],
    ['Bugs', options.bugs],
    ['Maintainer', maintainerOf(facts)],
    ['Installed-Size', String(installedSize)],
    ['Pre-Depends', list(options.preDepends)],
    ['Depends', list([...options.depends, ...facts.depends])],
    ['Recommends', list(options.recommends)],
    ['Suggests', list(options.suggests)],
    ['Enhances', list(options.enhances)],
    ['Conflicts', list([...options.conflicts, ...rivals])],
    ['Breaks', list(options.breaks)],
    ['Replaces', list([...options.replaces, ...rivals])],
    ['Provides', list([...options.provides, ...provides])],
    ['Section', options.section],
    ['Priority', options.priority],
    ['Multi-Arch', options.multiArch],
    ['Homepage', oneLine(options.homepage ?? release.homepage ?? '')],
    ...Object.entries(options.fields),
    ['Description', descriptionOf(facts)],
  ];
  return fields.flatMap(([name, value]) => (value ? [`${name}: ${value}\n`] : [])).join('');
}

export function maintainerOf({ release, options }: Pick<ControlFacts, 'release' | 'options'>): string | undefined {
  return oneLine(options.maintainer ?? release.maintainer ?? '') || undefined;
}

/** Of variants one is installed at a time, and each may stand for the product. */
function variantRelations({ names: { own, bare, siblings } }: ControlFacts): {
  readonly provides: readonly string[];
  readonly rivals: readonly string[];
} {
  return { provides: own === bare ? [] : [`${bare} (= {version})`], rivals: siblings };
}

/** The first line, then paragraphs: " text", an empty line as " ." (policy 5.6.13). */
export function descriptionOf({ release, options, names }: Pick<ControlFacts, 'release' | 'options' | 'names'>): string | undefined {
  const [synopsis = '', ...rest] = (options.description ?? release.description ?? '').trim().split(/\r?\n/);
  if (synopsis === '') return undefined;
  const text = rest.join('\n').trim();
  const extended = text === '' ? standing(names.bare) : text;
  return [oneLine(synopsis), ...indented(extended)].join('\n');
}

function standing(name: string): string {
  return `This package of ${name} is made by its authors, beside the other formats\nof the same release.`;
}
