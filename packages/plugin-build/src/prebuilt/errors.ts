import { DistError, EXIT } from '@provisioning-dist/core';

const LISTED = 12;

/** What is there, short enough for one line. */
function listing(names: readonly string[]): string {
  if (names.length === 0) return 'it is empty';
  const shown = [...names].sort().slice(0, LISTED).join(', ');
  return names.length > LISTED ? `it holds ${shown} and ${names.length - LISTED} more` : `it holds ${shown}`;
}

/** Paths whose last part is the wanted one's, with or without `.exe`. */
function namesakes(wanted: string, names: readonly string[]): readonly string[] {
  const core = (path: string) =>
    path
      .slice(path.lastIndexOf('/') + 1)
      .toLowerCase()
      .replace(/\.exe$/, '');
  return names.filter((name) => core(name) === core(wanted)).slice(0, 3);
}

function guess(wanted: string, names: readonly string[]): string {
  const near = namesakes(wanted, names);
  return near.length > 0 ? `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?` : `${listing(names)}`;
}

export function platformMissing(key: string, platform: string, known: readonly string[]): DistError {
  return new DistError('prebuilt-platform-missing', `Cannot choose "${key}" for ${platform}: the map has only ${known.join(', ')}`, {
    exit: EXIT.usage,
    where: { subject: key },
    hint: `add "${platform}" or "default" to the map, or leave the platform out with "platforms:"`,
  });
}

export function badName(name: string): DistError {
  return new DistError('prebuilt-output-name', `Cannot take "${printable(name)}" as an output name: it must be one plain file name`, {
    exit: EXIT.usage,
    hint: 'outputs of builders are flat; "contents" decides where they go',
  });
}

export function badPath(path: string): DistError {
  return new DistError('prebuilt-member-path', `Cannot take "${printable(path)}" from the source: the path is absolute or leads out of it`, {
    exit: EXIT.usage,
    hint: 'write a path relative to the source, with "/" and without ".."',
  });
}

export function sameName(name: string, first: string, second: string): DistError {
  return new DistError('prebuilt-duplicate', `Cannot collect "${name}": both "${first}" and "${second}" would have this name`, {
    exit: EXIT.usage,
    hint: 'give the outputs names of their own under "files"',
  });
}

export function badSpec(spec: string): DistError {
  return new DistError('prebuilt-npm-spec', `Cannot use npm package "${printable(spec)}": it is not a name with an exact version`, {
    exit: EXIT.usage,
    hint: 'write it as name@1.2.3; ranges, tags and addresses would make releases differ',
  });
}

export function badDigest(key: string, value: string): DistError {
  return new DistError('prebuilt-digest-form', `Cannot check against ${key} "${printable(value)}": it is not such a digest`, {
    exit: EXIT.usage,
    hint: key === 'sha256' ? 'write 64 hex digits' : 'write it as lock files do: sha512-... in base64',
  });
}

export function sourceMissing(path: string, parent: string, names: readonly string[] | undefined): DistError {
  const state = names ? `"${parent}" has no such entry` : `"${parent}" is not there either`;
  return new DistError('prebuilt-source-missing', `Cannot collect "${path}": ${state}`, {
    hint: names ? guess(path, names) : 'build or download it first',
  });
}

export function unreadable(path: string, cause: unknown): DistError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new DistError('prebuilt-unreadable', `Cannot read "${path}": ${reason}`, { cause });
}

export function emptySource(path: string): DistError {
  return new DistError('prebuilt-empty', `Cannot collect "${path}": it holds no files`, { hint: 'hidden files and folders below it do not count' });
}

export function nothingMatches(pattern: string, base: string, names: readonly string[] | undefined): DistError {
  return new DistError('prebuilt-no-match', `Cannot collect "${pattern}": the pattern matches no file`, {
    hint: names ? `of "${base}", ${listing(names)}` : `"${base}" is not there`,
  });
}

export function filesOfNoDirectory(from: string): DistError {
  return new DistError('prebuilt-files-need-directory', `Cannot take files from "${from}": it is not a directory`, { exit: EXIT.usage });
}

export function memberMissing(path: string, source: string, names: readonly string[]): DistError {
  return new DistError('prebuilt-member-missing', `Cannot take "${path}" from ${source}: there is no such file`, { hint: guess(path, names) });
}

export function memberTwice(path: string, source: string): DistError {
  return new DistError('prebuilt-member-twice', `Cannot take "${path}" from ${source}: it is there more than once`);
}

export function notAFile(path: string, source: string, found: string): DistError {
  return new DistError('prebuilt-not-a-file', `Cannot take "${path}" from ${source}: it is ${found}`, { hint: 'name the file itself' });
}

export function leadsOut(path: string, target: string): DistError {
  return new DistError('prebuilt-link-out', `Cannot collect "${path}": it is a link that leads out to "${target}"`, {
    hint: 'name the file itself, or copy it into the project',
  });
}

export function notAnArchive(path: string, found: string): DistError {
  return new DistError('prebuilt-archive-type', `Cannot open "${path}": it is ${found}`, { hint: 'tar, tar.gz and zip can be read' });
}

export function brokenArchive(source: string, cause: unknown): DistError {
  return new DistError('prebuilt-archive-broken', `Cannot read ${source}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

export function wrongDigest(source: string, digest: string, values: { readonly expected: string; readonly found: string }): DistError {
  return new DistError('prebuilt-wrong-digest', `Cannot use ${source}: its ${digest} is ${values.found}, not ${values.expected}`, {
    data: values,
    hint: 'either the file was changed or the configuration is out of date',
  });
}

export function packFailed(spec: string, code: string | undefined, cause: unknown): DistError {
  const [state, hint] = PACK_FAILURES[code ?? ''] ?? ['npm pack failed', 'the build log holds what npm said'];
  return new DistError('prebuilt-npm-failed', `Cannot fetch npm package "${spec}": ${state}`, { cause, hint, data: { npm: code } });
}

const OFFLINE: readonly [string, string] = [
  'the registry cannot be reached',
  'check the network and the registry in .npmrc, or install the package beforehand',
];
const REFUSED: readonly [string, string] = ['the registry refuses access', 'check the credentials for this registry in .npmrc'];
const UNKNOWN: readonly [string, string] = ['the registry has no such package or version', 'check name and version, and the registry in .npmrc'];

const PACK_FAILURES: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['npm is not installed', 'install npm, or install the package into node_modules'],
  ENOTFOUND: OFFLINE,
  EAI_AGAIN: OFFLINE,
  ECONNREFUSED: OFFLINE,
  ECONNRESET: OFFLINE,
  ETIMEDOUT: OFFLINE,
  ENOTCACHED: OFFLINE,
  E401: REFUSED,
  E403: REFUSED,
  E404: UNKNOWN,
  ETARGET: UNKNOWN,
};

export function packGaveNothing(spec: string, names: readonly string[]): DistError {
  return new DistError('prebuilt-npm-no-tarball', `Cannot fetch npm package "${spec}": npm pack left ${names.length} tarballs, not one`);
}

/** Control characters spelled out, so that a hostile name cannot steer a terminal. */
function printable(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
