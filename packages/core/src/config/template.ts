import parseVersion from 'semver/functions/parse.js';
import type { Position } from './config.ts';
import { templateField, templateFilter, templateSyntax, templateValue } from './errors.ts';

/**
 * Templates are text with `{name}` fields and filters: `{version|major}`, `{name|replace:-:_|upper}`. `{{` and `}}` are braces. There is nothing
 * else: no expressions, no environment, no loops.
 */
export interface Template {
  readonly text: string;
  readonly at: Position;
  readonly parts: readonly (string | Field)[];
}

export interface Field {
  readonly name: string;
  readonly filters: readonly (readonly [name: string, ...args: string[]])[];
}

/** Known names with their values; a name that is known but has no value for now is undefined. */
export type Fields = Readonly<Record<string, string | undefined>>;

export interface TemplateOptions {
  /** The text is also a glob: braces that do not read as a field (`*.{so,dll}`, `{1..3}`) stay, and nothing is escaped. */
  readonly glob?: boolean;
}

interface Filter {
  readonly args: number;
  /** Undefined when the value is not one the filter works on. */
  readonly apply: (value: string, args: readonly string[]) => string | undefined;
}

type VersionPart = 'major' | 'minor' | 'patch' | 'prerelease';

function versionFilter(part: VersionPart): Filter {
  function apply(value: string): string | undefined {
    const version = parseVersion(value);
    return version ? [version[part]].flat().join('.') : undefined;
  }
  return { args: 0, apply };
}

const FILTERS: ReadonlyMap<string, Filter> = new Map([
  ['lower', { args: 0, apply: (value: string) => value.toLowerCase() }],
  ['upper', { args: 0, apply: (value: string) => value.toUpperCase() }],
  ['replace', { args: 2, apply: (value: string, [from = '', to = '']: readonly string[]) => (from === '' ? undefined : value.replaceAll(from, to)) }],
  ['major', versionFilter('major')],
  ['minor', versionFilter('minor')],
  ['patch', versionFilter('patch')],
  ['prerelease', versionFilter('prerelease')],
]);

const FIELD = /\{([A-Za-z][\w.-]*)((?:\|[^{}|]*)*)\}/y;

function readFilter(source: string, text: string, at: Position): readonly [string, ...string[]] {
  const [name = '', ...args] = source.split(':');
  const filter = FILTERS.get(name);
  if (!filter) throw templateFilter(at, text, name, [...FILTERS.keys()]);
  if (args.length !== filter.args)
    throw templateSyntax(at, text, `filter "${name}" takes ${filter.args} arguments, not ${args.length}`, usage(name, filter));
  return [name, ...args];
}

function usage(name: string, { args }: Filter): string {
  return args === 0 ? `write |${name}` : `write |${name}:FROM:TO`;
}

function fieldAt(text: string, index: number, at: Position): { field: Field; length: number } | undefined {
  FIELD.lastIndex = index;
  const match = FIELD.exec(text);
  if (!match) return undefined;
  const [whole, name = '', filters = ''] = match;
  return {
    field: {
      name,
      filters: filters
        .split('|')
        .slice(1)
        .map((filter) => readFilter(filter, text, at)),
    },
    length: whole.length,
  };
}

function braceState(text: string, index: number): string {
  if (text[index] === '}') return `"}" at character ${index + 1} closes nothing`;
  return text.includes('}', index) ? `"{" at character ${index + 1} begins no field` : `"{" at character ${index + 1} is not closed`;
}

/** What stands at a brace: a field, or text to keep; and how many characters it takes. */
function readBrace(text: string, index: number, at: Position, glob: boolean): { part: string | Field; length: number } {
  const brace = text[index] ?? '';
  if (!glob && text[index + 1] === brace) return { part: brace, length: 2 };
  const found = brace === '{' ? fieldAt(text, index, at) : undefined;
  if (found) return { part: found.field, length: found.length };
  if (glob) return { part: brace, length: 1 };
  throw templateSyntax(at, text, braceState(text, index), 'a field reads {name}; for a brace itself write {{ or }}');
}

function append(parts: (string | Field)[], part: string | Field): void {
  const last = parts.at(-1);
  if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
  else if (part !== '') parts.push(part);
}

/** Checks the syntax and the filters. Throws a DistError that names key, file and line. */
export function compileTemplate(text: string, at: Position, { glob = false }: TemplateOptions = {}): Template {
  const parts: (string | Field)[] = [];
  for (let index = 0; index < text.length; ) {
    const next = text.slice(index).search(/[{}]/);
    append(parts, text.slice(index, next < 0 ? text.length : index + next));
    if (next < 0) break;
    const { part, length } = readBrace(text, index + next, at, glob);
    append(parts, part);
    index += next + length;
  }
  return { text, at, parts };
}

function fieldValue(template: Template, field: Field, fields: Fields): string | undefined {
  if (!Object.hasOwn(fields, field.name)) throw templateField(template.at, template.text, field.name, Object.keys(fields));
  let value = fields[field.name];
  for (const [name, ...args] of field.filters) {
    if (value === undefined) return undefined;
    const result = FILTERS.get(name)?.apply(value, args);
    if (result === undefined) throw templateValue(template.at, template.text, `filter "${name}" cannot read "${value}"`);
    value = result;
  }
  return value;
}

function compiled(template: string | Template, at: Position, options?: TemplateOptions): Template {
  return typeof template === 'string' ? compileTemplate(template, at, options) : template;
}

/** Fills the fields; one without a value gives nothing. Throws a DistError for an unknown field. */
export function renderTemplate(template: string | Template, fields: Fields, at: Position, options?: TemplateOptions): string {
  const source = compiled(template, at, options);
  return source.parts.map((part) => (typeof part === 'string' ? part : (fieldValue(source, part, fields) ?? ''))).join('');
}

export const DEFAULT_ARTIFACT_NAME = '{name}-{version}-{platform}-{variant}.{ext}';

/** Separators belong to the template's text: those inside a value (`c++`) never drop. */
const SEPARATORS = '[-_.+~ ]+';
const TRAILING = new RegExp(`${SEPARATORS}$`);
const LEADING = new RegExp(`^${SEPARATORS}`);

interface Piece {
  readonly text: string;
  readonly literal: boolean;
}

function withoutTrailing(pieces: readonly Piece[]): readonly Piece[] {
  const last = pieces.at(-1);
  return last?.literal ? [...pieces.slice(0, -1), { ...last, text: last.text.replace(TRAILING, '') }] : pieces;
}

/** Joins the pieces; an empty field takes the separators before it along, or at the beginning those after it. */
function joinPresent(pieces: readonly Piece[]): string {
  let joined: readonly Piece[] = [];
  for (const piece of pieces) {
    if (piece.text === '') joined = withoutTrailing(joined);
    else if (piece.literal && pieces[0]?.text === '' && joined.length === 0) joined = [{ ...piece, text: piece.text.replace(LEADING, '') }];
    else joined = [...joined, piece];
  }
  return joined.map(({ text }) => text).join('');
}

function pieceOf(template: Template, part: string | Field, fields: Fields): Piece {
  return typeof part === 'string' ? { text: part, literal: true } : { text: fieldValue(template, part, fields) ?? '', literal: false };
}

/** The file name of an artifact: absent fields drop with their separator. Throws a DistError when the result cannot be a file name anywhere. */
export function artifactName(template: string | Template, fields: Fields, at: Position = { file: '', key: 'artifactName' }): string {
  const source = compiled(template, at);
  const name = joinPresent(source.parts.map((part) => pieceOf(source, part, fields)));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no file name may hold
  if (/[\0-\x1f\x7f/\\<>:"|?*]/.test(name)) throw templateValue(source.at, source.text, `"${name}" holds a character that file names cannot have`);
  if (name === '' || /^\.+$/.test(name) || /[. ]$/.test(name)) throw templateValue(source.at, source.text, `"${name}" cannot be a file name`);
  return name;
}
