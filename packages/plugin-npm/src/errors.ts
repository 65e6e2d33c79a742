import { DistError, EXIT } from '@provisioning-dist/core';

export function badName(name: string, problem: string): DistError {
  return new DistError('npm-name', `Cannot package "${name}" for npm: ${problem}`, { exit: EXIT.usage, hint: 'give another "package" or "scope"' });
}

export function noPlatform(name: string): DistError {
  return new DistError('npm-platform', `Cannot package "${name}" for npm: "arch: all" has no platform`, {
    exit: EXIT.usage,
    hint: 'leave "arch" out: each platform gets a package of its own, and "npm-main" chooses among them',
  });
}

export function noBinaries(name: string): DistError {
  return new DistError('npm-no-binaries', `Cannot package "${name}" for npm: nothing in it has the role binary`, {
    hint: 'give the rule of "contents" that brings the program "role: binary"',
  });
}

export function unknownBinary(name: string, known: readonly string[]): DistError {
  return new DistError('npm-unknown-binary', `Cannot package the command "${name}" for npm: known are "${known.join('", "')}"`, { exit: EXIT.usage });
}

export function sameCommand(name: string, paths: readonly string[]): DistError {
  return new DistError('npm-same-command', `Cannot package the command "${name}" for npm: it would be each of "${paths.join('" and "')}"`, {
    hint: 'choose one by "bin: { NAME: PATH }"',
  });
}

export function linkInside(path: string): DistError {
  return new DistError('npm-link', `Cannot package "${path}" for npm: npm leaves symbolic links out`, {
    hint: 'leave it out by "roles", or have the file itself there',
  });
}

export function noPackages(name: string, found: readonly string[]): DistError {
  const state = found.length === 0 ? 'no package of format npm is made' : `none of "${found.join('", "')}" is one of its platforms`;
  return new DistError('npm-no-platforms', `Cannot package "${name}" for npm: ${state}`, {
    hint: 'give "npm" under "packages", with the same "scope" and "package", and no "name"',
  });
}
