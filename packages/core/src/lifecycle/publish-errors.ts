import { DistError, type DistErrorOptions, EXIT } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import type { Release } from '../model/release.ts';

/** The change waited to become public, and something else failed. */
export function publishHeld(description: string, instance: string, reason: string): DistError {
  return new DistError('publish-held', `Cannot ${description}: ${reason}`, { where: { subject: `publish.${instance}` } });
}

export function unsignedArtifact({ code, subject, message, hint }: Finding): DistError {
  return new DistError(code, `Cannot publish "${subject}": ${message}`, {
    exit: EXIT.preflight,
    where: { subject },
    ...(hint !== undefined && { hint }),
  });
}

export function registryFailed(instance: string, cause: unknown): DistError {
  if (cause instanceof DistError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DistError('registry-failed', `Cannot publish to "${instance}": ${message}`, { where: { subject: `publish.${instance}` }, cause });
}

export function effectInDoubt(description: string, instance: string): DistError {
  return new DistError('effect-in-doubt', `Cannot tell whether a crashed run did ${description}: it is not repeated`, {
    where: { subject: `publish.${instance}` },
    hint: 'look for it there, and do it by hand if it is missing',
  });
}

export function effectMoved(description: string, instance: string): DistError {
  return new DistError('effect-moved', `Cannot ${description} again: it was done before, and somebody else changed it since`, {
    exit: EXIT.partlyPublic,
    where: { subject: `publish.${instance}` },
    hint: 'it is left alone: look at what clients get there, and put it back by hand if they are to get this',
  });
}

export function effectInPreflight(effect: string, instance: string): DistError {
  return new DistError('effect-in-preflight', `Cannot run effect "${effect}": preflight must not change anything`, {
    where: { subject: `publish.${instance}` },
  });
}

/** Several registries' failures as one; the first one's code is its cause. */
export function publishFailed(
  release: Release,
  failed: readonly string[],
  { errors, isPublic }: { readonly errors: readonly DistError[]; readonly isPublic: boolean },
): DistError {
  const names = failed.map((id) => `"${id}"`).join(', ');
  const state = isPublic ? 'part of it is public' : 'nothing is public';
  const interrupted = errors.find(({ code }) => code === 'interrupted');
  const options: DistErrorOptions = {
    exit: interrupted?.exit ?? (isPublic ? EXIT.partlyPublic : EXIT.failed),
    hint: `"provisioning-dist resume" goes on where it stopped${isPublic ? `, "provisioning-dist rollback --version ${release.version}" takes it back` : ''}`,
    cause: errors[0],
  };
  return new DistError('publish-failed', `Cannot publish ${release.name} ${release.version} to ${names}: ${state}`, options);
}
