import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { gitFailed, gitMissing } from './errors.ts';
import { endWith, OWN_GROUP } from './group.ts';

/** Git as a program: its settings are the user's, but nothing that a repository names is run beside the transport. */

export interface GitPlace {
  /** Folder of the work tree. */
  readonly root: string;
  readonly signal: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}

export interface GitCall {
  readonly input?: string;
  /** Talks to a server: agents, askpass and proxies of the user are let through. */
  readonly remote?: boolean;
  /** Settings for this call alone, in the environment: no argument list shows them. */
  readonly settings?: readonly (readonly [string, string])[];
  /** Exit codes that are answers; default 0. */
  readonly exits?: readonly number[];
}

export interface GitAnswer {
  readonly exit: number;
  readonly stdout: string;
}

const SAFE: readonly string[] = [
  '--no-pager',
  '--no-optional-locks',
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'protocol.ext.allow=never', 'push.followTags=false', 'push.gpgSign=false'].flatMap(
    (setting) => ['-c', setting],
  ),
];

/** GIT_DIR and its like are not among them: in a hook they mean another repository. */
const ENV: readonly string[] = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SystemRoot', 'SYSTEMROOT', 'TMPDIR', 'TEMP', 'TMP'];
const IDENTITY: readonly string[] = ['GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL'];
const REMOTE_ENV: readonly string[] = [
  ...['SSH_AUTH_SOCK', 'SSH_AGENT_PID', 'GIT_SSH_COMMAND', 'GIT_SSH', 'GIT_ASKPASS', 'SSH_ASKPASS'],
  ...[
    'http_proxy',
    'https_proxy',
    'HTTPS_PROXY',
    'all_proxy',
    'ALL_PROXY',
    'no_proxy',
    'NO_PROXY',
    'GIT_SSL_CAINFO',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
  ],
];

/** Milliseconds; a server that says nothing for so long says nothing any more. */
const TIMEOUT = 120_000;
const MAX_OUTPUT = 1024 * 1024;

/** Runs git; throws a DistError with what it or the server said, without user and password. */
export async function git(place: GitPlace, args: readonly string[], call: GitCall = {}): Promise<GitAnswer> {
  const { root, signal, env = process.env } = place;
  const program = findGit(env);
  if (program === undefined) throw gitMissing();
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(TIMEOUT);
  const child = spawn(program, [...SAFE, ...args], {
    cwd: root,
    env: environment(env, call),
    detached: OWN_GROUP,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const letGo = endWith(child, AbortSignal.any([signal, limit]));
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] = (texts[name] + text).slice(-MAX_OUTPUT);
    });
  }
  // a program that ended has read what it wanted
  child.stdin.on('error', () => undefined).end(call.input ?? '');
  const exit = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  }).finally(letGo);
  signal.throwIfAborted();
  if (limit.aborted) throw gitFailed(args[0] ?? '', 'it did not end in time');
  if (!(call.exits ?? [0]).includes(exit)) throw gitFailed(args[0] ?? '', said(texts.stderr, exit), exit);
  return { exit, stdout: texts.stdout };
}

function environment(env: NodeJS.ProcessEnv, { remote = false, settings = [] }: GitCall): NodeJS.ProcessEnv {
  const names = [...ENV, ...IDENTITY, ...(remote ? REMOTE_ENV : [])];
  const allowed = Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  const pairs = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...allowed, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}

/** Relative entries of PATH are passed over: the project must not supply tools. */
function findGit(env: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === 'win32' ? 'git.exe' : 'git';
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

/** What a server says comes with `remote:`; it says why, git only that. */
function said(stderr: string, exit: number): string {
  const lines = plainText(stderr)
    .split('\n')
    .map((line) => line.trim());
  const server = lines.filter((line) => line.startsWith('remote:')).map((line) => line.replace(/^remote:\s*/, ''));
  // what has no prefix is ssh's: it says why the connection failed
  const own = lines.filter((line) => !/^(?:remote|hint|warning):|^(?:To |Please make sure|and the repository exists)/.test(line));
  return [...own, ...server].filter(Boolean).slice(0, 8).join('; ') || lines.find(Boolean) || `exit ${exit}`;
}

function plainText(text: string): string {
  return text
    .replace(/(:\/\/)[^\s/@]+@/g, '$1')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n]/gu, '');
}
