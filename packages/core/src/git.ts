import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DistError } from './errors.ts';
import { comparePaths } from './model/path-order.ts';
import { type GitFacts, highestTag } from './model/version.ts';

export type { GitFacts } from './model/version.ts';

export interface GitOptions {
  readonly tagPrefix: string;
  /** Absolute paths of our own outputs: they never make the work tree dirty. */
  readonly outputs?: readonly string[];
  /** Milliseconds for each call. Default one minute. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}

/** What a git call needs: the program, and where and how it runs. */
export interface Git {
  readonly program: string;
  readonly root: string;
  readonly options: GitOptions;
  /** Settings for this call alone; names may hold any character. */
  readonly settings?: readonly (readonly [string, string])[];
}

/** A repository's configuration is data of strangers: nothing it names is run. */
const SAFE: readonly string[] = [
  '--no-pager',
  '--no-optional-locks',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'protocol.ext.allow=never',
    'log.showSignature=false',
    'safe.bareRepository=explicit',
  ].flatMap((setting) => ['-c', setting]),
];

/** Git's own variables are not among them: GIT_DIR of a surrounding hook means another repository. */
const ENV_ALLOWED: readonly string[] = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SystemRoot', 'SYSTEMROOT', 'TMPDIR', 'TEMP', 'TMP'];

const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * What git knows of the project; undefined outside a repository, before its first commit and without a git program. A repository
 * git refuses to read (owned by somebody else, damaged) is an error, so that a release never silently loses its version or date.
 */
export async function gitFacts(root: string, options: GitOptions): Promise<GitFacts | undefined> {
  const program = findProgram('git', options.env ?? process.env);
  if (program === undefined) return undefined;
  const git: Git = { program, root, options };
  const place = await repository(git);
  const head = place && (await headOf(git));
  if (!place || !head) return undefined;
  const [tags, merged, dirty, remote] = await Promise.all([
    tagsOf(git, '--points-at=HEAD'),
    tagsOf(git, '--merged=HEAD'),
    isDirty(git, place.top),
    remoteOf(git),
  ]);
  const lastTag = highestTag(merged, options.tagPrefix);
  const commitsSince = Number(await run(git, ['rev-list', '--count', lastTag === undefined ? 'HEAD' : `refs/tags/${lastTag}..HEAD`, '--']));
  return {
    ...head,
    dirty,
    tags,
    commitsSince,
    shallow: place.shallow,
    ...(lastTag === undefined ? {} : { lastTag }),
    ...(remote === undefined ? {} : { remote }),
  };
}

export interface CommitArchive {
  /** Paths of the tar file begin with it: the project's folder in the repository, with a slash at its end; empty for the whole. */
  readonly prefix: string;
  /** Submodules below the project, by their paths in it: git archives them as empty folders. */
  readonly submodules: readonly string[];
  /** Whether the work tree holds something else than HEAD. */
  readonly dirty: boolean;
  /** A file of attributes that no clone has. */
  readonly localAttributes?: string;
}

/**
 * Writes the project's tracked files of a commit to a tar file, `export-ignore` and `export-subst` honoured. Content is what the
 * repository holds: filters, line ends and attributes that only this machine is set up for do not apply, and nothing is fetched.
 * Undefined where gitFacts is.
 */
export async function archiveCommit(
  root: string,
  commit: string,
  options: GitOptions & { readonly file: string },
): Promise<CommitArchive | undefined> {
  const program = findProgram('git', options.env ?? process.env);
  const place = program === undefined ? undefined : await repository({ program, root, options });
  if (program === undefined || place === undefined) return undefined;
  const git: Git = { program, root, options };
  const prefix = await run(git, ['rev-parse', '--show-prefix']);
  const pathspec = prefix === '' ? [] : [`:(top,literal)${prefix}`];
  const settings = [...PORTABLE, ...(await withoutFilters(git))];
  await run({ ...git, root: place.top, settings }, [
    '--no-replace-objects',
    'archive',
    '--format=tar',
    `--output=${options.file}`,
    commit,
    '--',
    ...pathspec,
  ]);
  const localAttributes = await localAttributesOf(git);
  return {
    prefix,
    submodules: await submodulesOf(git, commit),
    dirty: await isDirty(git, place.top),
    ...(localAttributes === undefined ? {} : { localAttributes }),
  };
}

/** No setting keeps git from reading this one. */
async function localAttributesOf(git: Git): Promise<string | undefined> {
  const path = resolve(git.root, await run(git, ['rev-parse', '--git-path', 'info/attributes']));
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return lines.some((line) => /^\s*[^#\s]/.test(line)) ? path : undefined;
}

/** What would make an archive differ from machine to machine. */
const PORTABLE: readonly (readonly [string, string])[] = [
  ['core.autocrlf', 'false'],
  ['core.eol', 'lf'],
  ['core.attributesFile', '/dev/null'],
  ['protocol.allow', 'never'],
];

/** Filters are programs: a repository's settings must not run them, and not everybody has those of the user. */
async function withoutFilters(git: Git): Promise<readonly (readonly [string, string])[]> {
  const names = (await answer(git, ['config', '--name-only', '--null', '--get-regexp', '^filter\\.'])) ?? '';
  const drivers = new Set(
    names
      .split('\0')
      .filter(Boolean)
      .map((name) => name.slice(0, name.lastIndexOf('.'))),
  );
  return [...drivers].flatMap(
    (driver) =>
      [
        [`${driver}.smudge`, ''],
        [`${driver}.process`, ''],
        [`${driver}.required`, 'false'],
      ] as const,
  );
}

async function submodulesOf(git: Git, commit: string): Promise<readonly string[]> {
  const lines = (await run(git, ['ls-tree', '-r', '-z', commit])).split('\0');
  return lines.flatMap((line) => /^160000 [^\t]*\t(.+)$/s.exec(line)?.[1] ?? []);
}

/** The absolute path of a program on PATH. Relative PATH entries are skipped: the project folder must not supply tools. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, file)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A repository to ask further; undefined outside one, before its first commit and without a git program. */
export async function openGit(root: string, options: GitOptions): Promise<Git | undefined> {
  const program = findProgram('git', options.env ?? process.env);
  if (program === undefined) return undefined;
  const git: Git = { program, root, options };
  return (await repository(git)) && (await headOf(git)) ? git : undefined;
}

async function repository(git: Git): Promise<{ readonly top: string; readonly shallow: boolean } | undefined> {
  try {
    const [shallow, top = git.root] = (await run(git, ['rev-parse', '--is-shallow-repository', '--show-toplevel'])).split('\n');
    return { top, shallow: shallow === 'true' };
  } catch (error) {
    if (error instanceof DistError && error.code === 'git-no-repository') return undefined;
    throw error;
  }
}

async function headOf(git: Git): Promise<{ readonly commit: string; readonly time: number } | undefined> {
  // The `--quiet` exit of a repository without a commit is 1.
  const commit = await answer(git, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (commit === undefined) return undefined;
  const [time] = (await run(git, ['rev-list', '--max-count=1', '--timestamp', commit, '--'])).split(' ');
  return { commit, time: Number(time) };
}

export async function tagsOf(git: Git, which: string): Promise<readonly string[]> {
  const names = await run(git, ['for-each-ref', which, '--format=%(refname:strip=2)', 'refs/tags']);
  return names.split('\n').filter(Boolean).sort(comparePaths);
}

async function isDirty(git: Git, top: string): Promise<boolean> {
  const excluded = (git.options.outputs ?? []).flatMap((output) => insideOf(top, output)).map((path) => `:(top,exclude,literal)${path}`);
  return (await run(git, ['status', '--porcelain', '-z', '--untracked-files=normal', '--', ':(top)', ...excluded])) !== '';
}

/** The `/`-separated path below `top`; nothing when it is elsewhere. */
function insideOf(top: string, path: string): readonly string[] {
  const below = relative(realpathSync(top), realOrSame(path)).split(sep).join('/');
  return below === '' || below.startsWith('..') || isAbsolute(below) ? [] : [below];
}

function realOrSame(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

export async function remoteOf(git: Git): Promise<string | undefined> {
  const names = (await run(git, ['remote'])).split('\n').filter(Boolean);
  const name = names.includes('origin') ? 'origin' : names[0];
  if (name === undefined) return undefined;
  const url = await answer(git, ['config', '--get', `remote.${name}.url`]);
  return url === undefined ? undefined : withoutUserinfo(url);
}

/** Tokens live in user, password and query of remotes. The `git@` of an ssh address is no secret and part of it. */
export function withoutUserinfo(remote: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(remote) || !URL.canParse(remote)) return remote;
  const url = new URL(remote);
  url.password = '';
  if (!/^(?:git\+)?ssh:$/.test(url.protocol)) url.username = '';
  url.search = '';
  url.hash = '';
  return url.href;
}

/** Like `run`; undefined where git says by exit code 1 that there is no such thing. */
export async function answer(git: Git, args: readonly string[]): Promise<string | undefined> {
  try {
    return await run(git, args);
  } catch (error) {
    if (error instanceof DistError && error.data?.exit === 1) return undefined;
    throw error;
  }
}

export function run(git: Git, args: readonly string[]): Promise<string> {
  const { program, root, options } = git;
  const settings = {
    cwd: root,
    env: environmentOf(git),
    timeout: options.timeout ?? 60_000,
    maxBuffer: MAX_OUTPUT,
    windowsHide: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  return new Promise((resolve, reject) => {
    execFile(program, [...SAFE, ...args], settings, (error, stdout, stderr) => {
      if (error) reject(gitProblem(git, args, { error, stderr }));
      else resolve(stdout.replace(/\n$/, ''));
    });
  });
}

function environmentOf({ options, settings }: Git): NodeJS.ProcessEnv {
  const env = options.env ?? process.env;
  const allowed = Object.fromEntries(ENV_ALLOWED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  return { ...allowed, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...settingsEnv(settings) };
}

/** Fields of output that ends each with NUL, as they come: for what may be longer than memory should hold. */
export async function* gitFields(git: Git, args: readonly string[]): AsyncGenerator<readonly string[]> {
  const { program, root, options } = git;
  const child = spawn(program, [...SAFE, ...args], { cwd: root, env: environmentOf(git), windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => child.kill();
  options.signal?.addEventListener('abort', stop, { once: true });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(0, 4096);
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  // whoever stops reading early does not wait for its end
  ended.catch(() => undefined);
  try {
    let rest = '';
    for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      const fields = (rest + text).split('\0');
      rest = fields.pop() ?? '';
      if (fields.length > 0) yield fields;
    }
    const exit = await ended;
    options.signal?.throwIfAborted();
    if (exit !== 0) throw gitProblem(git, args, { error: Object.assign(new Error(`exit ${exit}`), { code: exit }), stderr });
  } finally {
    options.signal?.removeEventListener('abort', stop);
    child.kill();
  }
}

/** By environment: `-c` cannot set a name that holds `=`. */
function settingsEnv(settings: Git['settings'] = []): NodeJS.ProcessEnv {
  if (settings.length === 0) return {};
  const pairs = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_ATTR_NOSYSTEM: '1', GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}

interface Failure {
  readonly error: Error & { readonly killed?: boolean; readonly code?: unknown };
  readonly stderr: string;
}

function gitProblem(git: Git, args: readonly string[], { error, stderr }: Failure): Error {
  const command = args[0] ?? '';
  if (error.name === 'AbortError') return error;
  const where = { where: { file: git.root }, cause: error };
  if (/not a git repository|must be run in a work tree|cannot use bare repository/.test(stderr))
    return new DistError('git-no-repository', `Cannot read git in "${git.root}": it is no work tree`, where);
  if (/dubious ownership|unsafe repository/.test(stderr)) return ownership(git.root, error);
  if (error.killed) return new DistError('git-timeout', `Cannot run git ${command} in "${git.root}": it did not end in time`, where);
  const said = withoutUserinfoIn(stderr.trim().split('\n')[0] ?? '') || error.message;
  return new DistError('git-failed', `Cannot run git ${command} in "${git.root}": ${said}`, { ...where, data: { exit: error.code } });
}

function ownership(root: string, cause: Error): DistError {
  return new DistError('git-ownership', `Cannot read git in "${root}": the repository belongs to another user`, {
    where: { file: root },
    hint: `if you trust it, run: git config --global --add safe.directory ${JSON.stringify(root)}`,
    cause,
  });
}

function withoutUserinfoIn(text: string): string {
  return text.replace(/(:\/\/)[^\s/@]+@/g, '$1');
}
