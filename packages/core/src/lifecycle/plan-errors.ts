import type { Position } from '../config/config.ts';
import { whereOf } from '../config/errors.ts';
import { DistError, EXIT } from '../errors.ts';
import type { PlannedArtifact, PlanReason } from '../model/plan.ts';
import type { Platform } from '../model/platform.ts';
import { suggestion } from '../model/suggest.ts';

export function unknownVariant(name: string, declared: readonly string[]): DistError {
  const near = suggestion(name, declared);
  const found = declared.length === 0 ? 'the configuration declares none' : `there are ${declared.join(', ')}`;
  return usage('unknown-variant', `Cannot select variant "${name}": ${found}`, near === undefined ? undefined : `did you mean "${near}"?`);
}

export function unknownFormat(name: string, known: readonly string[]): DistError {
  const near = suggestion(name, known);
  return usage(
    'unknown-format',
    `Cannot select format "${name}": nothing makes it; there are ${known.join(', ')}`,
    near === undefined ? 'name the package that provides it under "plugins:"' : `did you mean "${near}"?`,
  );
}

export function nothingToPackage(
  filters: { readonly platforms: readonly string[]; readonly formats: readonly string[] },
  reasons: readonly PlanReason[],
): DistError {
  const asked = [...filters.platforms.map((name) => `--platform ${name}`), ...filters.formats.map((name) => `--format ${name}`)].join(' ');
  const why = reasons.map(({ subject, reason }) => `${subject}: ${reason}`).join('; ');
  return usage('nothing-to-package', `Cannot plan${asked === '' ? '' : ` ${asked}`}: no artifact is left${why === '' ? '' : ` (${why})`}`);
}

export function columnMissing(format: string, platform: Platform, column: string, at: Position): DistError {
  return new DistError('platform-column-missing', `Cannot package ${format} for "${platform.name}": the platform has no "${column}" name`, {
    exit: EXIT.usage,
    where: whereOf(at),
    hint: `give the platform a "${column}" column, or leave it out with "platforms:" of the package`,
  });
}

export function sourceWithoutCommit(format: string, at: Position): DistError {
  return new DistError(
    'source-outside-git',
    `Cannot package ${format}: the project is not in a git repository with a commit, or git is not on PATH`,
    {
      exit: EXIT.usage,
      where: whereOf(at),
      hint: 'release from a git work tree, or leave the format out',
    },
  );
}

export function illegalName(artifact: PlannedArtifact): DistError {
  return usage(
    'illegal-artifact-name',
    `Cannot name an artifact "${artifact.name}": forges and shells need letters, digits and ._+~=@- only, at most 240 characters, a letter or digit first`,
    `change "name" or "artifactName" (packages.${artifact.instance})`,
  );
}

export function nameTaken(artifact: PlannedArtifact, other: PlannedArtifact | undefined): DistError {
  const owner = other === undefined ? 'provisioning-dist writes a file of that name itself' : `packages.${other.instance} makes it as well`;
  return usage(
    'artifact-name-taken',
    `Cannot name the ${artifact.format} of packages.${artifact.instance} "${artifact.name}": ${owner}`,
    'tell them apart with "name", "package" or a field such as {variant} in "artifactName"',
  );
}

function usage(code: string, message: string, hint?: string): DistError {
  return new DistError(code, message, { exit: EXIT.usage, ...(hint === undefined ? {} : { hint }) });
}
