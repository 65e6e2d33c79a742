/** Relations between packages (Debian policy 7.1). */

const NAME = /[A-Za-z0-9][A-Za-z0-9+.-]+/.source;
const VERSION = /(?:[0-9]+:)?[0-9][A-Za-z0-9.+~-]*/.source;
const ONE = new RegExp(`^(${NAME})(:[a-z0-9-]+)?(?:\\s*\\(\\s*(<<|<=|=|>=|>>)\\s*(${VERSION}|\\{version\\})\\s*\\))?$`);

export interface RelationRules {
  /** `a | b`; not for what is forbidden, taken over or provided. */
  readonly alternatives: boolean;
  /** Provides know `=` only. */
  readonly onlyEqual?: boolean;
}

/** The relation in its usual form; `{version}` stands for the package's own version. Undefined when it is none. */
export function relation(text: string, { alternatives, onlyEqual = false }: RelationRules): string | undefined {
  const parts = text.split('|').map((part) => ONE.exec(part.trim()));
  if (parts.length > 1 && !alternatives) return undefined;
  const written = parts.map((part) => (part === null || (onlyEqual && part[3] !== undefined && part[3] !== '=') ? undefined : print(part)));
  return written.includes(undefined) ? undefined : written.join(' | ');
}

function print([, name, architecture = '', operator, version]: RegExpExecArray): string {
  return `${name}${architecture}${operator === undefined ? '' : ` (${operator} ${version})`}`;
}

export function withVersion(relation: string, version: string): string {
  return relation.replaceAll('{version}', version);
}

/** Whether a list of relations says something of the package a relation names. */
export function mentions(list: string, relation: string): boolean {
  const [name = ''] = relation.split(' ');
  return list.split(/[,|]/).some((part) => part.trim().split(/[ :(]/)[0] === name);
}
