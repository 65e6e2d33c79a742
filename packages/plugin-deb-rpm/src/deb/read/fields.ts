import { isPackageName } from '../names.ts';
import { relation } from '../relations.ts';
import { error, note, type Problem, warning } from './findings.ts';
import type { Stanza } from './stanza.ts';

/** What the control file says, by policy and by what dpkg takes. */

/** deb-version(7) */
const VERSION = /^(?:[0-9]{1,10}:)?[0-9][A-Za-z0-9.+~-]*$/;
const REQUIRED = ['package', 'version', 'architecture'] as const;
/** name, whether alternatives may stand there, whether "=" is the only operator. */
const RELATIONS: readonly (readonly [field: string, alternatives: boolean, onlyEqual: boolean])[] = [
  ['pre-depends', true, false],
  ['depends', true, false],
  ['recommends', true, false],
  ['suggests', true, false],
  ['enhances', true, false],
  ['conflicts', false, false],
  ['breaks', false, false],
  ['replaces', false, false],
  ['provides', false, true],
  ['built-using', false, true],
];

export interface FieldFacts {
  readonly fields: Stanza['fields'];
  readonly fileName: string;
  /** KiB, by dpkg-gencontrol's rule: of the files, and of the control files, which Debian's own tools count as well. */
  readonly installedSize: { readonly data: number; readonly control: number };
}

export function fieldProblems({ fields, fileName, installedSize }: FieldFacts): readonly Problem[] {
  return [
    ...REQUIRED.filter((name) => !fields.get(name)).map((name) => error('control', `The control file has no ${name}`)),
    ...[...fields].filter(([, value]) => value === '').map(([name]) => error('control', `The field ${name} is empty`)),
    ...identityProblems(fields, fileName),
    ...RELATIONS.flatMap(([name, alternatives, onlyEqual]) => relationProblems(name, fields.get(name), { alternatives, onlyEqual })),
    ...peopleProblems(fields),
    ...sizeProblems(fields.get('installed-size'), installedSize),
  ];
}

function identityProblems(fields: Stanza['fields'], fileName: string): readonly Problem[] {
  const [name = '', version = '', architecture = ''] = REQUIRED.map((field) => fields.get(field));
  const expected = `${name}_${version.replace(/^[0-9]+:/, '')}_${architecture}.deb`;
  return [
    ...(isPackageName(name) ? [] : [error('name', `"${name}" is no name of a package`)]),
    ...(VERSION.test(version) && !version.endsWith('-') ? [] : [error('version', `"${version}" is no version of a package`)]),
    ...(/^[a-z0-9][a-z0-9-]*$/.test(architecture) ? [] : [error('architecture', `"${architecture}" is no architecture`)]),
    ...(fields.get('multi-arch') === 'same' && architecture === 'all'
      ? [error('multi-arch', 'Multi-Arch "same" needs an architecture, not "all"')]
      : []),
    ...(fileName === expected ? [] : [note('file-name', `Tools expect the name ${expected}`)]),
  ];
}

function relationProblems(
  name: string,
  value: string | undefined,
  rules: { readonly alternatives: boolean; readonly onlyEqual: boolean },
): readonly Problem[] {
  if (!value) return [];
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => relation(part, rules) === undefined)
    .map((part) => error('relation', `"${part}" in ${name} is no relation`));
}

function peopleProblems(fields: Stanza['fields']): readonly Problem[] {
  const maintainer = fields.get('maintainer');
  const [synopsis = '', ...extended] = (fields.get('description') ?? '').split('\n');
  const name = fields.get('package') ?? '';
  return [
    ...(maintainer === undefined ? [warning('maintainer', 'Nobody is named as maintainer')] : []),
    ...(maintainer !== undefined && !/^[^<>]+ <[^<>@\s]+@[^<>@\s]+>$/.test(maintainer)
      ? [warning('maintainer', `The maintainer "${maintainer}" is not of the form Name <mail>`)]
      : []),
    ...(synopsis === '' ? [warning('description', 'The package has no description')] : []),
    ...(synopsis.length > 80 ? [warning('description', `The first line of the description has ${synopsis.length} characters, more than 80`)] : []),
    ...(name !== '' && synopsis.toLowerCase().startsWith(`${name.toLowerCase()} `)
      ? [warning('description', 'The description begins with the name of the package')]
      : []),
    ...(synopsis !== '' && extended.length === 0 ? [warning('description', 'The description has one line only')] : []),
    ...(fields.has('section') ? [] : [note('section', 'No section is named')]),
    ...(fields.has('priority') ? [] : [note('priority', 'No priority is named')]),
  ];
}

function sizeProblems(written: string | undefined, { data, control }: FieldFacts['installedSize']): readonly Problem[] {
  if (written === undefined) return [warning('installed-size', 'The installed size is not told')];
  const size = /^[0-9]+$/.test(written) ? Number(written) : Number.NaN;
  return size >= data && size <= data + control ? [] : [error('installed-size', `The installed size is ${written}, the files come to ${data} KiB`)];
}
