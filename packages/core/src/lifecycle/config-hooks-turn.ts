import type { HookConfig, HookGroup } from '../config/config.ts';
import { quote } from '../config/errors.ts';
import type { Platform } from '../model/platform.ts';

/** What one turn of a step is about; a step that runs once is about nothing. */
export interface HookSubject {
  readonly platform?: Platform | undefined;
  readonly variant?: string | undefined;
  /** Made, or about to be. */
  readonly artifact?: { readonly name: string; readonly format?: string | undefined; readonly instance?: string | undefined };
  /** Ids, where they are fewer than those the plan publishes to. */
  readonly registries?: readonly string[];
  /** Ids, where they are fewer than those that are told. */
  readonly channels?: readonly string[];
  /** Something of the release can be seen by the public already, as when publishing is resumed. */
  readonly isPublic?: boolean;
}

export interface HookTurn {
  readonly group: HookGroup;
  /** Absent on demand. */
  readonly when?: 'before' | 'after';
  readonly subject: HookSubject;
}

/** The program, or the place of the function. Arguments may be confidential. */
export function commandOf({ action, at }: HookConfig): string {
  return typeof action === 'function' ? `the function of ${at.key}` : quote(action[0]).slice(1, -1);
}

/** `hooks.package[0] after package (formats deb, rpm): ./scan.sh` */
export function describeHook(hook: HookConfig, step: HookGroup): string {
  const { platform, format, when, at } = hook;
  const filters = [
    ...(platform === undefined ? [] : [`platforms ${platform.join(', ')}`]),
    ...(format === undefined ? [] : [`formats ${format.join(', ')}`]),
  ];
  return `${at.key} ${when} ${step}${filters.length === 0 ? '' : ` (${filters.join('; ')})`}, ${commandOf(hook)}`;
}
