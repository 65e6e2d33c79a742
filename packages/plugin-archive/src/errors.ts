import { DistError } from '@provisioning-dist/core';

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
