import { execFileSync } from 'node:child_process';
import type { Project } from '../project.ts';

/** Commits made at once, by one stream. */
export interface Made {
  readonly message: string;
  readonly author?: string;
  readonly tags?: readonly string[];
  /** A file it changes; default one of its own. */
  readonly path?: string;
  /** Of an earlier one, counted from 0, that is merged. */
  readonly merge?: number;
}

/** Makes a repository of the commits on branch main, by `git fast-import`. */
export function makeHistory(project: Project, commits: readonly Made[]): void {
  const env = { PATH: process.env.PATH, HOME: project.home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const git = (args: readonly string[], input = '') => execFileSync('git', args, { cwd: project.root, env, input, stdio: ['pipe', 'pipe', 'pipe'] });
  git(['init', '--quiet', '--initial-branch=main']);
  git(['fast-import', '--quiet', '--date-format=raw'], `${commits.map(streamOf).join('\n')}\n`);
  git(['reset', '--quiet', '--hard']);
}

function streamOf({ message, author = 'Ann', tags = [], path, merge }: Made, index: number): string {
  const when = `${1_700_000_000 + index * 60} +0000`;
  const file = path ?? `f${index % 50}`;
  const lines = [
    'commit refs/heads/main',
    `mark :${index + 1}`,
    `author ${author} <a@example.org> ${when}`,
    `committer ${author} <a@example.org> ${when}`,
    data(message),
    ...(index === 0 ? [] : [`from :${index}`]),
    ...(merge === undefined ? [] : [`merge :${merge + 1}`]),
    `M 100644 inline history/${file}`,
    data(`${index}\n`),
  ];
  return [...lines, ...tags.map((tag) => `reset refs/tags/${tag}\nfrom :${index + 1}`)].join('\n');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
