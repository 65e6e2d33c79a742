import { DistError, EXIT } from '@provisioning-dist/core';

/** What keeps a source rpm from being made. */

export function notTracked(path: string): DistError {
  return new DistError('srpm-no-file', `Cannot copy "${path}" in a source rpm: the commit holds no such path`, {
    exit: EXIT.usage,
    where: { subject: path },
    hint: 'write a path of the repository; what is built is installed by "build" and "install"',
  });
}

export function installedTwice(path: string, first: string, second: string): DistError {
  return new DistError('srpm-path-taken', `Cannot copy "${second}" in a source rpm: "${first}" is installed as "${path}" too`, {
    exit: EXIT.usage,
    where: { subject: second },
  });
}

export function badInstalledPath(path: string): DistError {
  return new DistError('srpm-path', `Cannot copy to ${JSON.stringify(path)} in a source rpm: spec files take no such character`, {
    exit: EXIT.usage,
    where: { subject: path },
    hint: 'leave the file out of "copy", or install it by a line of "install"',
  });
}

export function directiveLine(what: string, line: string): DistError {
  return new DistError('srpm-directive', `Cannot write ${what} "${line}" to a spec file: a line of it begins with %, as directives do`, {
    exit: EXIT.usage,
    hint: `give the srpm another ${what}`,
  });
}

export function sourcesTooLarge(size: number): DistError {
  return new DistError('srpm-too-large', `Cannot make a source rpm: its sources have ${size} bytes, and it holds less than 4 GiB`, {
    hint: 'leave the format "srpm" out, or large files out of the archives of git: export-ignore in .gitattributes',
  });
}
