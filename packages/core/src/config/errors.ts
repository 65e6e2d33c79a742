import { DistError, type DistErrorOptions, EXIT, type Where } from '../errors.ts';
import { suggestion as nearest } from '../model/suggest.ts';
import type { Position } from './config.ts';

/** A value between quotes, with control characters escaped so that none reaches a terminal. */
export function quote(value: string): string {
  const shown = value.length > 80 ? `${value.slice(0, 77)}...` : value;
  return JSON.stringify(shown).replace(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function whereOf(at: Position): Where {
  const { file, line, column, key } = at;
  return {
    ...(file === '' ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(key === '' ? {} : { subject: key }),
  };
}

function didYouMean(typed: string, known: readonly string[]): string | undefined {
  // the comparison takes time and memory by the product of both lengths
  const near = typed.length > 64 ? undefined : nearest(typed, known);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** The likely slip, or the list of what is known. */
function suggestion(typed: string, known: readonly string[]): string | undefined {
  return didYouMean(typed, known) ?? (known.length === 0 ? undefined : `known: ${known.join(', ')}`);
}

interface Detail {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

function problem(code: string, message: string, at: Position, { hint, cause }: Detail = {}): DistError {
  const options: DistErrorOptions = {
    exit: EXIT.usage,
    where: whereOf(at),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  };
  return new DistError(code, message, options);
}

export function configNotFound(cwd: string, name: string): DistError {
  const hint = `write ${name}.yaml (provisioning-dist init does), or name a file with --config`;
  return new DistError(
    'config-not-found',
    `Cannot find a configuration from ${quote(cwd)} upwards: no ${name} file and no such key in a package.json`,
    {
      exit: EXIT.usage,
      hint,
    },
  );
}

export function configUnreadable(file: string, state: string, cause?: unknown): DistError {
  return problem('config-unreadable', `Cannot read configuration ${quote(file)}: ${state}`, { file, key: '' }, { cause });
}

export function configAmbiguous(file: string, other: string): DistError {
  return problem(
    'config-ambiguous',
    `Cannot choose configuration ${quote(file)}: ${quote(other)} stands beside it`,
    { file, key: '' },
    { hint: 'keep one, or name it with --config' },
  );
}

export function configTooLarge(at: Position, limit: string): DistError {
  return problem('config-too-large', `Cannot read configuration ${quote(at.file)}: it has more than ${limit}`, at);
}

export function configEncoding(at: Position, state: string): DistError {
  return problem('config-encoding', `Cannot read configuration ${quote(at.file)}: ${state}`, at, { hint: 'save it as UTF-8' });
}

export function configSyntax(at: Position, state: string, hint?: string): DistError {
  return problem('config-syntax', `Cannot read configuration ${quote(at.file)}: ${state}`, at, { hint });
}

export function configEmpty(file: string): DistError {
  return problem('config-empty', `Cannot use configuration ${quote(file)}: it is empty`, { file, key: '' });
}

export function configModule(at: Position, cause: unknown): DistError {
  const state = cause instanceof Error ? cause.message : String(cause);
  return problem('config-module', `Cannot load configuration ${quote(at.file)}: ${state}`, at, { cause });
}

export function moduleTypeScript(file: string, cause: unknown): DistError {
  const hint = 'Node 22.18 or newer runs TypeScript; a package in node_modules must ship JavaScript';
  return problem(
    'config-module',
    `Cannot load configuration ${quote(file)}: this Node ${process.versions.node} does not run TypeScript there`,
    { file, key: '' },
    { hint, cause },
  );
}

export function notData(at: Position, found: string): DistError {
  return problem('config-not-data', `Cannot use "${at.key}": expected plain data, found ${found}`, at);
}

export function duplicateKey(at: Position, key: string, firstLine: number | undefined): DistError {
  const first = firstLine === undefined ? '' : ` on line ${firstLine}`;
  return problem('config-duplicate-key', `Cannot use key ${quote(key)} twice: it is already written${first}`, at);
}

export function forbiddenKey(at: Position, key: string, state: string, hint?: string): DistError {
  return problem('config-key', `Cannot use key ${quote(key)}: ${state}`, at, { hint });
}

export function mergeKey(at: Position): DistError {
  return problem('config-merge-key', 'Cannot use key "<<": YAML 1.2 has no merge keys', at, {
    hint: 'write the keys out, or share them through extends, variants or products',
  });
}

export function severalDocuments(at: Position): DistError {
  return problem('config-documents', `Cannot read configuration ${quote(at.file)}: it holds more than one YAML document`, at, {
    hint: 'remove the "---" line',
  });
}

export function yamlVersion(at: Position, version: string): DistError {
  return problem('config-yaml-version', `Cannot read configuration ${quote(at.file)}: it asks for YAML ${version}`, at, {
    hint: 'only YAML 1.2 is read; remove the %YAML line',
  });
}

export function unknownAlias(at: Position, name: string): DistError {
  return problem('config-alias', `Cannot use alias ${quote(`*${name}`)}: no anchor of that name comes before it`, at);
}

export function aliasLimit(at: Position, limit: number): DistError {
  return problem('config-alias-limit', `Cannot read configuration ${quote(at.file)}: its aliases expand to more than ${limit}`, at);
}

export function depthLimit(at: Position, limit: number): DistError {
  return problem('config-depth', `Cannot read configuration ${quote(at.file)}: it nests deeper than ${limit}`, at);
}

export function extendsMissing(at: Position, name: string, state: string, hint?: string): DistError {
  return problem('config-extends', `Cannot extend ${quote(name)}: ${state}`, at, { hint });
}

export function extendsCycle(at: Position, chain: readonly string[]): DistError {
  return problem('config-extends-cycle', `Cannot extend ${quote(chain.at(-1) ?? '')}: it leads back to itself (${chain.join(' -> ')})`, at);
}

export function unknownKey(at: Position, key: string, owner: string, known: readonly string[]): DistError {
  const place = owner === '' ? 'at the top' : `in "${owner}"`;
  return problem('config-unknown-key', `Cannot use key ${quote(key)} ${place}: no such key`, at, { hint: suggestion(key, known) });
}

export function missingKey(at: Position, hint?: string): DistError {
  return problem('config-missing-key', `Cannot use the configuration: "${at.key}" is missing`, at, { hint });
}

export function wrongType(at: Position, expected: string, found: string, hint?: string): DistError {
  return problem('config-type', `Cannot use "${at.key}": expected ${expected}, found ${found}`, at, { hint });
}

export function unknownValue(at: Position, value: string, known: readonly string[]): DistError {
  return problem('config-value', `Cannot use ${quote(value)} for "${at.key}": expected one of ${known.join(', ')}`, at, {
    hint: suggestion(value, known),
  });
}

export function wrongValue(at: Position, value: string | undefined, state: string, hint?: string): DistError {
  const what = value === undefined ? `"${at.key}"` : `${quote(value)} for "${at.key}"`;
  return problem('config-value', `Cannot use ${what}: ${state}`, at, { hint });
}

export function unknownName(at: Position, kind: string, name: string, known: readonly string[]): DistError {
  return problem(`config-unknown-${kind}`, `Cannot use ${kind} ${quote(name)} in "${at.key}": none is declared by that name`, at, {
    hint: suggestion(name, known),
  });
}

export function oneBuilder(at: Position): DistError {
  return problem('config-builder', `Cannot use "${at.key}": it must name exactly one builder`, at, {
    hint: 'write "- cargo: { ... }", with "id" and "platforms" beside it',
  });
}

export function duplicateId(at: Position, id: string): DistError {
  return problem('config-duplicate-id', `Cannot use id ${quote(id)} twice: another item of "build" has it`, at, {
    hint: 'give one of them another "id"',
  });
}

export function samePaths(at: Position, first: string, second: string): DistError {
  return problem('config-paths', `Cannot use one folder for ${first} and ${second}: each needs its own`, at);
}

export function sameProduct(at: Position, products: readonly [string, string], shared: string): DistError {
  return problem('config-products', `Cannot tell products ${quote(products[0])} and ${quote(products[1])} apart: both have ${quote(shared)}`, at, {
    hint: 'a top-level value is the default of every product; set it in each product instead',
  });
}

export function duplicatePlugin(at: Position, name: string): DistError {
  return problem('config-plugins', `Cannot load plugin ${quote(name)} twice: the list already has it`, at);
}

export function userinfo(at: Position): DistError {
  return problem('config-url-userinfo', `Cannot use the URL in "${at.key}": it carries a user name or password`, at, {
    hint: 'put the credential into an option that takes { env: NAME }, { file: PATH } or { cmd: [...] }',
  });
}

export function templateSyntax(at: Position, text: string, state: string, hint?: string): DistError {
  return problem('template-syntax', `Cannot read template ${quote(text)}: ${state}`, at, { hint });
}

export function templateField(at: Position, text: string, field: string, known: readonly string[]): DistError {
  return problem('template-field', `Cannot fill template ${quote(text)}: no field is named ${quote(field)}`, at, { hint: suggestion(field, known) });
}

export function templateFilter(at: Position, text: string, filter: string, known: readonly string[]): DistError {
  return problem('template-filter', `Cannot read template ${quote(text)}: no filter is named ${quote(filter)}`, at, {
    hint: suggestion(filter, known),
  });
}

export function templateValue(at: Position, text: string, state: string): DistError {
  return problem('template-value', `Cannot fill template ${quote(text)}: ${state}`, at);
}

export function secretMissing(source: string, state: string, hint: string): DistError {
  return new DistError('secret-missing', `Cannot read secret "${source}": ${state}`, { exit: EXIT.preflight, hint });
}
