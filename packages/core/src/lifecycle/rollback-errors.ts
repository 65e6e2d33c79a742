import { DistError, EXIT } from '../errors.ts';
import type { RollbackMode } from '../jobs.ts';
import type { Release } from '../model/release.ts';
import { suggestion } from '../model/suggest.ts';
import { messageOf } from './effect-errors.ts';
import type { EffectState } from './journal-state.ts';

export function revertFailed({ description, instance }: EffectState, cause: unknown): DistError {
  const where = { subject: `publish.${instance}` };
  const message = `Cannot take back "${description}": ${messageOf(cause)}`;
  if (!(cause instanceof DistError)) return new DistError('revert-failed', message, { where, cause });
  const { code, hint, data } = cause;
  return new DistError(code, message, { where: { ...where, ...cause.where }, cause, ...(hint !== undefined && { hint }), ...(data && { data }) });
}

export function revertUnknown({ description, effect, instance, plugin }: EffectState): DistError {
  return new DistError('revert-unknown', `Cannot take back "${description}": the registry has no effect "${effect}" now`, {
    where: { subject: `publish.${instance}` },
    hint: `${plugin} made it: roll back with that version`,
  });
}

export function revertServed({ description, instance }: EffectState, reason: string): DistError {
  return new DistError('still-served', `Cannot take back "${description}": ${reason}`, {
    where: { subject: `publish.${instance}` },
    hint: 'send clients to another version first: --mode retarget --to VERSION, or by hand',
  });
}

export function revertInterrupted({ description, instance }: EffectState, cause: unknown): DistError {
  return new DistError('interrupted', `Cannot take back "${description}": interrupted`, {
    exit: cause instanceof DistError ? cause.exit : EXIT.interrupted,
    where: { subject: `publish.${instance}` },
    cause,
    hint: 'run the same command again: it goes on where it stopped',
  });
}

export function registryRollbackFailed(instance: string, cause: unknown): DistError {
  if (cause instanceof DistError) return cause;
  return new DistError('registry-failed', `Cannot roll back "${instance}": ${messageOf(cause)}`, {
    where: { subject: `publish.${instance}` },
    cause,
  });
}

export function registryGone(instance: string, { name, version }: Release): DistError {
  return new DistError('registry-gone', `Cannot roll back ${name} ${version} in "${instance}": it is not under "publish:" any more`, {
    exit: EXIT.usage,
    where: { subject: `publish.${instance}` },
    hint: 'put it back: the journal holds no credentials; or name the others with --registry',
  });
}

export function optionsChanged(instance: string, keys: readonly string[]): DistError {
  const names = keys.map((key) => `"${key}"`).join(', ');
  return new DistError('options-changed', `Cannot roll back "${instance}": it was published with another ${names}`, {
    exit: EXIT.usage,
    where: { subject: `publish.${instance}` },
    hint: 'put back what it was, or go on with what it is now by --changed-options',
    data: { keys },
  });
}

export function unknownRegistry(id: string, known: readonly string[]): DistError {
  const near = suggestion(id, known);
  return new DistError('unknown-registry', `Cannot roll back "${id}": there are ${known.join(', ') || 'no registries'}`, {
    exit: EXIT.usage,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

/** `--to` that does not go with the mode, or names no other version. */
export function wrongTo(mode: RollbackMode, to: string | undefined, state: string): DistError {
  return new DistError('rollback-to', `Cannot roll back by --mode ${mode}${to === undefined ? '' : ` to "${to}"`}: ${state}`, {
    exit: EXIT.usage,
    hint:
      mode === 'undo'
        ? '--mode retarget --to VERSION sends clients to a version that is still there'
        : 'name the version clients are to get: --to 1.1.0',
  });
}

export function modeUnsupported(mode: RollbackMode, instances: readonly string[]): DistError {
  const names = instances.map((id) => `"${id}"`).join(', ');
  return new DistError('rollback-mode', `Cannot roll back ${names} by --mode ${mode}: registries of that type cannot`, {
    exit: EXIT.usage,
    hint: 'use --mode undo, or name other registries with --registry',
  });
}

export function nothingToRollBack({ name, version }: Pick<Release, 'name' | 'version'>, kept: readonly string[]): DistError {
  const elsewhere = kept.length === 0 ? '' : `, nor in ${kept.map((id) => `"${id}"`).join(', ')}`;
  return new DistError('no-journal', `Cannot roll back ${name} ${version}: there is no journal of it here${elsewhere}`, {
    exit: EXIT.usage,
    hint: 'run it where it was published, or see whether --version is right',
  });
}

/** What stands in the way of a whole rollback; `data` is for run.json. */
export function rollbackIncomplete(
  { name, version }: Release,
  reasons: readonly string[],
  { cause, data, hints }: Pick<DistError, 'cause' | 'data'> & { readonly hints: readonly string[] },
): DistError {
  return new DistError(
    'rollback-incomplete',
    [`Cannot roll back all of ${name} ${version}: ${reasons.length} changes stand`, ...reasons].join('\n'),
    {
      exit: EXIT.rollbackIncomplete,
      hint: [...hints, 'do by hand what says so; for the rest run the same command again'].join('; '),
      ...(cause === undefined ? {} : { cause }),
      ...(data && { data }),
    },
  );
}
