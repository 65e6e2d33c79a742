import { basename } from 'node:path';
import type { HookConfig } from '../config/config.ts';
import { whereOf } from '../config/errors.ts';
import { DistError, EXIT, type ExitCode } from '../errors.ts';
import { commandOf, type HookTurn } from './config-hooks-turn.ts';

/** The failure of a hook, naming its place in the configuration. */
export function hookFailed(hook: HookConfig, turn: HookTurn, cause: unknown): DistError {
  const { group, when } = turn;
  const known = cause instanceof DistError ? cause : undefined;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new DistError('hook-failed', known?.message ?? `Cannot run ${commandOf(hook)}: ${text}`, {
    exit: exitOf(turn),
    where: whereOf(hook.at),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    cause: known ? known.cause : cause,
    data: { ...known?.data, group, ...(when === undefined ? {} : { when }) },
  });
}

export function isHookFailure(error: unknown): error is DistError {
  return error instanceof DistError && error.code === 'hook-failed';
}

/** By what the public sees at that moment: nothing before publishing, everything after it. */
function exitOf({ group, when, subject: { isPublic = false } }: HookTurn): ExitCode {
  if (group === 'validate') return EXIT.validation;
  if (group === 'publish' && isPublic) return EXIT.partlyPublic;
  if (group === 'notify' || (group === 'publish' && when === 'after')) return EXIT.partlyPublic;
  return group === 'rollback' && when === 'before' ? EXIT.rollbackIncomplete : EXIT.failed;
}

export function hookTimeout(hook: HookConfig, timeout: number): DistError {
  return new DistError('hook-timeout', `Cannot run ${commandOf(hook)}: it ran longer than ${timeout} ms`);
}

export function artifactChanged(path: string, hook: HookConfig): DistError {
  return new DistError('hook-changed-artifact', `Cannot accept "${basename(path)}": ${commandOf(hook)} changed it, and its digest was taken before`, {
    hint: 'change files at build or stage; what is packaged is finished',
  });
}
