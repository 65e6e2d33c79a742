/** Names of npm packages, and of their files as `npm pack` calls them. */

/** https://docs.npmjs.com/cli/configuring-npm/package-json#name: what a new package may be called. */
const BARE = /^[a-z0-9][a-z0-9._~-]*$/;
const NAME_MAX = 214;

export function scopeProblem(scope: string): string | undefined {
  return scope.startsWith('@') && BARE.test(scope.slice(1)) ? undefined : `"${scope}" is no scope: it reads @name, in small letters`;
}

/** Why a package cannot have this name; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  const [, scope, bare = ''] = /^(?:(@[^/]*)\/)?([^/]*)$/.exec(name) ?? [];
  if (scope !== undefined && scopeProblem(scope) !== undefined) return scopeProblem(scope);
  if (!BARE.test(bare)) return 'npm takes small letters, digits, dots, dashes and underscores, with a letter or digit first';
  return name.length > NAME_MAX ? `it is longer than ${NAME_MAX} characters` : undefined;
}

export function scoped(scope: string | undefined, bare: string): string {
  return scope === undefined ? bare : `${scope}/${bare}`;
}

/** Registries compare and show versions without what follows a plus. */
export function npmVersion(version: string): string {
  return version.replace(/\+.*$/s, '');
}

/** `@acme/cli` at 1.2.0 is `acme-cli-1.2.0.tgz`. */
export function packedName(name: string, version: string): string {
  return `${flat(name)}-${npmVersion(version)}.tgz`;
}

/** The package in a file called so; undefined when none of this scope and version is. */
export function packageIn(
  fileName: string,
  { scope, version }: { readonly scope?: string | undefined; readonly version: string },
): string | undefined {
  const end = `-${npmVersion(version)}.tgz`;
  const start = scope === undefined ? '' : `${flat(scope)}-`;
  if (!fileName.endsWith(end) || !fileName.startsWith(start) || fileName.length <= start.length + end.length) return undefined;
  return scoped(scope, fileName.slice(start.length, -end.length));
}

function flat(name: string): string {
  return name.replace(/^@/, '').replace('/', '-');
}
