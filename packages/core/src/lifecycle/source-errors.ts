import { DistError, EXIT } from '../errors.ts';

/** The problems of the source archive. */

export function outsideGit(root: string): DistError {
  return new DistError('source-outside-git', `Cannot collect the source of "${root}": it is not in a git repository with a commit`, {
    exit: EXIT.usage,
    hint: 'release from a git work tree, or leave the format "source" out',
  });
}

export function dirtyTree(root: string): DistError {
  return new DistError('source-dirty', `Cannot collect the source of "${root}": its commit does not hold the changes of the work tree`, {
    exit: EXIT.usage,
    hint: 'commit or remove what "git status" lists, or use --snapshot',
  });
}

export function noFiles(root: string, commit: string): DistError {
  return new DistError('source-empty', `Cannot collect the source of "${root}": commit ${commit.slice(0, 7)} has no file that may be exported`, {
    exit: EXIT.usage,
    hint: 'see "export-ignore" in .gitattributes',
  });
}

export function badPath(path: string, why: string): DistError {
  return new DistError('source-path', `Cannot collect the source file ${JSON.stringify(path)}: ${why}`, {
    where: { subject: path },
    hint: 'rename it, or mark it "export-ignore" in .gitattributes',
  });
}

export function linkOutside(path: string, target: string): DistError {
  return new DistError('source-link', `Cannot collect the source link "${path}": its target "${target}" is outside the source`, {
    where: { subject: path },
    hint: 'link inside the repository, or mark it "export-ignore" in .gitattributes',
  });
}

/** Names that are not UTF-8, above all. */
export function unreadableArchive(root: string, cause: Error): DistError {
  return new DistError('source-archive', `Cannot collect the source of "${root}": ${cause.message}`, {
    cause,
    hint: 'rename the file, or mark it "export-ignore" in .gitattributes',
  });
}
