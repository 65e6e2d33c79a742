import { DistError, EXIT } from '../errors.ts';

function usage(code: string, message: string, hint: string): DistError {
  return new DistError(code, message, { exit: EXIT.usage, hint });
}

export function backwards(version: string, tag: string): DistError {
  return usage('version-backwards', `Cannot release "${version}": HEAD descends from ${tag}, which is not below it`, 'choose a higher version');
}

export function wrongPreId(id: string): DistError {
  return usage('pre-id-invalid', `Cannot use --pre-id "${id}": it is no identifier with a letter`, 'write letters, digits and -, such as rc or beta');
}

export function literalVersion(version: string): DistError {
  return usage(
    'version-literal',
    `Cannot count on from git: the configuration says "version: ${version}"`,
    'leave "version" out, so that tags tell it, or change it there',
  );
}

export function noHistory(): DistError {
  return usage(
    'version-no-git',
    'Cannot tell the next version: the project is not in a git repository with a commit, or git is not on PATH',
    'run inside a git work tree, or pass --version',
  );
}

export function shallowHistory(): DistError {
  return usage(
    'version-shallow',
    'Cannot tell the next version: this clone is shallow, and not everything since the last release is in it',
    'fetch tags and history: git fetch --tags --unshallow',
  );
}

export function cutHistory(from: string | undefined): DistError {
  return usage('history-shallow', `Cannot tell the changes ${since(from)}: ${CUT}`, 'fetch tags and history: git fetch --tags --unshallow');
}

/** A snapshot may be of a clone that has little. */
export function cutNotice(from: string | undefined): string {
  return `not all changes ${since(from)} are told: ${CUT}`;
}

const CUT = 'this clone is shallow, and some of these commits are not in it';

function since(from: string | undefined): string {
  return from === undefined ? 'since the first commit' : `since "${from}"`;
}

export function alreadyReleased(tag: string): DistError {
  return usage(
    'version-released',
    `Cannot give HEAD another version: it is tagged ${tag}`,
    'go on with that one by leaving --release-type out ("resume" after a failure), or commit something',
  );
}

export function nothingNew(tag: string): DistError {
  return usage('version-nothing-new', `Cannot tell the next version: there is no commit since ${tag}`, 'name the change: --release-type patch');
}
