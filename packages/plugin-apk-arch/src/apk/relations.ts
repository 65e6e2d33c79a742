import { isApkVersion } from './version.ts';

/** Relations between packages (APKBUILD(5)): names, files, and what is provided: `so:libc.musl-x86_64.so.1`, `cmd:git`. */

const NAME = /(?:[a-z][a-z0-9.]*:)?[A-Za-z0-9_][A-Za-z0-9._+-]*|\/[!-;?-}]+/.source;
const ONE = new RegExp(`^(!?)(${NAME})(?:\\s*(<=|>=|><|~=|<|>|=|~)\\s*([0-9A-Za-z._-]+|\\{version\\}))?$`);

/** `name`, `name>=1.2`, `!name`; undefined when it is none. */
export function relation(text: string): string | undefined {
  const [, not = '', name, operator = '', version = ''] = ONE.exec(text) ?? [];
  if (name === undefined || (version !== '' && version !== '{version}' && !isApkVersion(version))) return undefined;
  return `${not}${name}${operator}${version}`;
}

/** What is provided has one version or none. */
export function provision(text: string): string | undefined {
  return /^!|[<>~]/.test(text) ? undefined : relation(text);
}

export function conflict(text: string): string | undefined {
  return text.startsWith('!') ? undefined : relation(text);
}

export function withVersion(relations: readonly string[], version: string): readonly string[] {
  return [...new Set(relations.map((one) => one.replaceAll('{version}', version)))];
}
