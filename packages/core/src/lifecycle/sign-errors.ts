import type { SignInstance } from '../config/config.ts';
import { whereOf } from '../config/errors.ts';
import { DistError, EXIT } from '../errors.ts';
import { suggestion } from '../model/suggest.ts';

export function unknownSubject(name: string, { id, at }: SignInstance, known: readonly string[]): DistError {
  const near = suggestion(name, known);
  return new DistError('unknown-subject', `Cannot sign "${name}" with "${id}": it is no kind, format or package; there are ${known.join(', ')}`, {
    exit: EXIT.usage,
    where: whereOf(at),
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

export function noneAmongOthers({ id, at }: SignInstance): DistError {
  return new DistError('sign-none', `Cannot sign with "${id}": "none" stands among others under "artifacts"`, {
    exit: EXIT.usage,
    where: whereOf(at),
  });
}

export function badSuffix(suffix: string, { id, use }: SignInstance): DistError {
  return new DistError('sign-suffix', `Cannot name the signatures of "${id}": "${suffix}" of key type "${use}" is no suffix of a file name`, {
    exit: EXIT.usage,
  });
}

export function signatureTaken(name: string, { id, at }: SignInstance, other: string): DistError {
  return new DistError('signature-duplicate', `Cannot write "${name}" with "${id}": ${other} has that name`, {
    exit: EXIT.usage,
    where: whereOf(at),
    hint: 'let the keys sign different "artifacts", or give one of them another suffix',
  });
}

export function signFailed(name: string, id: string, cause: unknown): DistError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new DistError('sign-failed', `Cannot sign "${name}" with "${id}": ${text}`, { where: { subject: name }, cause });
}

/** A plugin's check that fails in an unforeseen way accepts nothing. */
export function uncheckable(name: string, id: string, cause: unknown): DistError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new DistError('signature-wrong', `Cannot check "${name}" with "${id}": ${text}`, { where: { subject: name }, cause });
}
