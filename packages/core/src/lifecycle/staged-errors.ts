import { DistError, EXIT } from '../errors.ts';

/** The problems of staged trees on disk. */

export function foreignTree(dir: string): DistError {
  return new DistError('staged-foreign', `Cannot write the staged tree "${dir}": something is there that was not staged`, {
    exit: EXIT.preflight,
    where: { file: dir },
    hint: 'remove it, or stage to another folder',
  });
}

export function unwritableTree(dir: string, cause: unknown): DistError {
  const code = codeOf(cause);
  const twin = code === 'EEXIST' ? { hint: 'the file system here takes two of its names for one: stage where case counts' } : {};
  return new DistError('staged-unwritable', `Cannot write the staged tree "${dir}": ${code}`, { where: { file: dir }, cause, ...twin });
}

export function noTree(dir: string, cause?: unknown): DistError {
  return problem('staged-missing', `Cannot read the staged tree "${dir}": there is no such folder`, {
    dir,
    hint: 'run "provisioning-dist stage" first, or correct the path',
    cause,
  });
}

export function platformNeeded(dir: string): DistError {
  return problem('staged-platform', `Cannot read the staged tree "${dir}": it has no manifest "${dir}.manifest.json" that names its platform`, {
    dir,
    hint: 'say what it is for with --platform',
  });
}

export function otherPlatform(dir: string, staged: string, wanted: string): DistError {
  return problem('staged-platform', `Cannot read the staged tree "${dir}" for ${wanted}: it was staged for ${staged}`, { dir });
}

export function badManifest(dir: string, found: string, cause?: unknown): DistError {
  return problem('staged-manifest', `Cannot read the manifest of the staged tree "${dir}": ${found}`, { dir, hint: 'stage it again', cause });
}

export function differs(dir: string, path: string, found: string): DistError {
  return problem('staged-differs', `Cannot package "${path}" of the staged tree "${dir}": ${found}`, {
    dir,
    hint: 'stage it again; or remove the manifest to package the folder as it is',
  });
}

interface Details {
  readonly dir: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

function problem(code: string, message: string, { dir, hint, cause }: Details): DistError {
  return new DistError(code, message, {
    exit: EXIT.usage,
    where: { file: dir },
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
}
