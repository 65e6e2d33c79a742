import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'mocha';

/** Temporary projects. */

/** Who is given projects where tests run as root. */
export const NOBODY = 65_534;

export interface Special {
  readonly text?: string;
  readonly link?: string;
  readonly folder?: true;
  readonly mode?: number;
}

/** Contents by path. */
export type Files = Readonly<Record<string, string | Uint8Array | Special>>;

export interface Project {
  readonly root: string;
  /** HOME of the command line, with its cache. */
  readonly home: string;
  readonly path: (...parts: readonly string[]) => string;
  readonly write: (files: Files) => void;
  readonly read: (path: string) => string;
  /** Everything to nobody, when the tests run as root. */
  readonly giveAway: () => void;
}

export interface Sandbox {
  /** A project in a folder of its own; several may share a home, and with it a cache. */
  readonly project: (files: Files, options?: { readonly home?: string; readonly name?: string }) => Project;
  readonly folder: (name: string) => string;
}

/** A folder for the tests around it, removed after them. */
export function sandbox(): Sandbox {
  let base = '';
  let count = 0;
  before('makes a sandbox', () => {
    base = mkdtempSync(join(tmpdir(), 'e2e-'));
    chmodSync(base, 0o755);
  });
  after('removes the sandbox', () => rmSync(base, { recursive: true, force: true }));
  return {
    folder: (name) => made(join(base, name)),
    project: (files, { home, name = String(count++) } = {}) => {
      const root = made(join(base, name, 'project'));
      const project = openProject(root, home ?? made(join(base, name, 'home')));
      project.write(files);
      return project;
    },
  };
}

function openProject(root: string, home: string): Project {
  const path = (...parts: readonly string[]): string => join(root, ...parts);
  return {
    root,
    home,
    path,
    read: (name) => readFileSync(path(name), 'utf8'),
    write: (files) => {
      for (const [name, content] of Object.entries(files)) writeOne(path(name), content);
    },
    giveAway: () => {
      if (process.getuid?.() === 0) for (const folder of [root, home]) give(folder);
    },
  };
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

function writeOne(path: string, content: string | Uint8Array | Special): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content);
  else writeSpecial(path, content);
}

function writeSpecial(path: string, { link, folder, text = '', mode }: Special): void {
  if (link !== undefined) symlinkSync(link, path);
  else if (folder) mkdirSync(path, { recursive: true });
  else writeFileSync(path, text);
  if (mode !== undefined && link === undefined) chmodSync(path, mode);
}

function give(folder: string): void {
  for (const path of [folder, ...below(folder).map((name) => join(folder, name))]) lchownSync(path, NOBODY, NOBODY);
}

/** Paths below a folder; links are not followed. */
function below(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const inside = entry.isDirectory() ? below(join(folder, entry.name)) : [];
    return [entry.name, ...inside.map((name) => `${entry.name}/${name}`)];
  });
}

/** One line per path below a folder, sorted: path, mode, and digest or link target. `without` names top-level folders to leave out. */
export function snapshot(root: string, { without = [] }: { readonly without?: readonly string[] } = {}): readonly string[] {
  return below(root)
    .filter((path) => !without.includes(path.split('/')[0] ?? ''))
    .map((path) => line(root, path))
    .toSorted();
}

function line(root: string, path: string): string {
  const stat = lstatSync(join(root, path));
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(join(root, path))}`;
  if (stat.isDirectory()) return `${path}/ ${mode}`;
  return `${path} ${mode} ${stat.isFile() ? sha256(join(root, path)) : 'special'}`;
}

/** Hex, of a file. */
export function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Git in a project, with an author and a date of its own and nobody's settings. */
export function git(project: Project, ...args: readonly string[]): string {
  const author = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' };
  const dates = { GIT_AUTHOR_DATE: '1700000000 +0000', GIT_COMMITTER_DATE: '1700000000 +0000' };
  const env = { PATH: process.env.PATH, HOME: project.home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', ...author, ...dates };
  return execFileSync('git', args, { cwd: project.root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The project as a repository with one commit of everything, and tags. */
export function commitAll(project: Project, ...tags: readonly string[]): void {
  git(project, 'init', '--quiet', '--initial-branch=main');
  git(project, 'add', '--all');
  git(project, 'commit', '--quiet', '--message', 'All');
  for (const tag of tags) git(project, 'tag', tag);
}
