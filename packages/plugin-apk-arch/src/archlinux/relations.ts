/** Relations between packages (PKGBUILD(5)). */

const NAME = /[A-Za-z0-9@_+][A-Za-z0-9@._+-]*/.source;
const VERSION = /(?:[0-9]+:)?[A-Za-z0-9][A-Za-z0-9._+~]*(?:-[0-9][0-9.]*|-64)?|\{version\}/.source;
const ONE = new RegExp(`^(${NAME})(?:\\s*(<=|>=|<|=|>)\\s*(${VERSION}))?$`);

/** `name` or `name>=1.2`; undefined when it is none. */
export function relation(text: string): string | undefined {
  const [, name, operator = '', version = ''] = ONE.exec(text) ?? [];
  return name === undefined ? undefined : `${name}${operator}${version}`;
}

/** What a package provides has one version. */
export function provision(text: string): string | undefined {
  return /[<>]/.test(text) ? undefined : relation(text);
}

/** `name: what for` */
export function optionalRelation(text: string): string | undefined {
  const [, wanted = '', reason] = /^([^:]*(?:=\d+:[^:\s]*)?)(?::\s+(\S.*))?$/.exec(text) ?? [];
  const parsed = relation(wanted.trim());
  return parsed === undefined ? undefined : `${parsed}${reason === undefined ? '' : `: ${reason}`}`;
}

export function withVersion(relations: readonly string[], version: string): readonly string[] {
  return [...new Set(relations.map((one) => one.replaceAll('{version}', version)))];
}
