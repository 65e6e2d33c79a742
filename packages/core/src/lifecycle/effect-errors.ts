import { DistError, EXIT } from '../errors.ts';
import type { Artifact, ArtifactRef } from '../model/artifact.ts';

/** The plugin's error, saying which change of which instance it stopped. A DistError keeps its code, hint and exit code. */
export function effectFailed(description: string, instance: string, cause: unknown): DistError {
  const where = { subject: `publish.${instance}` };
  if (!(cause instanceof DistError)) return new DistError('effect-failed', `Cannot ${description}: ${messageOf(cause)}`, { where, cause });
  const { code, exit, hint, data } = cause;
  const message = cause.message.startsWith('Cannot ') ? cause.message : `Cannot ${description}: ${cause.message}`;
  return new DistError(code, message, {
    exit,
    where: { ...where, ...cause.where },
    cause,
    ...(hint !== undefined && { hint }),
    ...(data && { data }),
  });
}

export function effectInterrupted(description: string, instance: string, cause: unknown): DistError {
  return new DistError('interrupted', `Cannot ${description}: interrupted`, {
    exit: cause instanceof DistError ? cause.exit : EXIT.interrupted,
    where: { subject: `publish.${instance}` },
    cause,
    hint: 'run the same command again: it goes on where it stopped',
  });
}

/** Something failed before this effect was begun. */
export function effectHeld(description: string, instance: string, reason: string): DistError {
  return new DistError('effect-held', `Cannot ${description}: ${reason}`, { where: { subject: `publish.${instance}` } });
}

export function effectUndeclared(effect: string, instance: string): DistError {
  return new DistError('effect-undeclared', `Cannot run effect "${effect}": its plugin does not list it`, {
    where: { subject: `publish.${instance}` },
    hint: 'add it to "effects" of the registry: rollback finds effects there by name',
  });
}

export function effectConflict(description: string, instance: string, key: string): DistError {
  return new DistError('effect-conflict', `Cannot ${description}: another change with the key "${key}" and other input was made in this run`, {
    where: { subject: `publish.${instance}` },
    hint: 'the effect\'s "key" must tell apart what is different',
  });
}

export function artifactUnknown(artifact: ArtifactRef): DistError {
  return new DistError('artifact-unknown', `Cannot read artifact "${artifact.name}": the release has none of this name`, {
    where: { subject: artifact.name },
  });
}

export function artifactDiffers(artifact: ArtifactRef, found: Artifact): DistError {
  return new DistError('artifact-differs', `Cannot read artifact "${artifact.name}": its digest is ${found.sha256}, not ${artifact.sha256}`, {
    where: { subject: artifact.name },
  });
}

export function artifactMissing(artifact: ArtifactRef, file: string, state: string): DistError {
  return new DistError('artifact-missing', `Cannot read artifact "${artifact.name}": "${file}" ${state}`, {
    where: { subject: artifact.name },
    hint: 'package the release again',
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
