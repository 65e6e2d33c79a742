import { DistError, EXIT } from '@provisioning-dist/core';

interface Link {
  readonly path: string;
  readonly target: string;
}

export function linkLeavesTree({ path, target }: Link): DistError {
  return new DistError('link-leaves-tree', `Cannot archive link "${path}": its target "${target}" is outside the archive`, {
    where: { subject: path },
    hint: 'use a target relative to the link, inside the distribution',
  });
}

export function linkNotCopied({ path, target }: Link): DistError {
  return new DistError('link-not-copied', `Cannot archive link "${path}" for Windows: its target "${target}" is not a file of the distribution`, {
    where: { subject: path },
    hint: 'add the target, or leave the link out with "platforms"',
  });
}

export function pathTooLong(path: string, max: number): DistError {
  return new DistError('path-too-long', `Cannot archive "${path}" for Windows: the path has ${path.length} characters, more than ${max}`, {
    where: { subject: path },
    hint: 'shorten the path, or the top folder with "wrap"',
  });
}

export function noDocumentation(rules: {
  readonly roles: readonly string[];
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}): DistError {
  const parts = [`role ${rules.roles.join(', ')}`, list('include', rules.include), list('exclude', rules.exclude)].filter(Boolean);
  return new DistError('no-documentation', `Cannot archive documentation: no entry has ${parts.join(' and passes ')}`, {
    exit: EXIT.usage,
    hint: 'give files under "contents" the role doc, man or license, change "roles", "include" and "exclude", or leave the format "docs" out',
  });
}

function list(name: string, globs: readonly string[] | undefined): string {
  return globs === undefined ? '' : `${name} ${globs.join(', ')}`;
}

export function noBuildInstructions(): DistError {
  return new DistError('no-build-instructions', 'Cannot archive the source: no file at its top says how to build it', {
    exit: EXIT.usage,
    hint: 'add a README, INSTALL or BUILDING page or a file such as Makefile or Cargo.toml, or set "instructions: generate"',
  });
}
