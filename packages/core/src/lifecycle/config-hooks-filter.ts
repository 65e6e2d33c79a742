import type { HookConfig, HookGroup } from '../config/config.ts';
import { unknownName, wrongValue } from '../config/errors.ts';
import { positionOf } from '../config/position.ts';
import type { DistError } from '../errors.ts';
import { resolvePlatforms } from '../model/resolve-platforms.ts';
import { matchesPlatform } from '../model/selector.ts';
import type { HookSubject } from './config-hooks-turn.ts';
import type { RunContext } from './run-context.ts';

/** `platform` and `format` of hooks. */

type Formats = Pick<RunContext, 'host' | 'packages'>;

/** Whether the filters of a hook let it run for this turn. */
export function isAbout(run: Formats, { platform, format }: HookConfig, { platform: current, artifact }: HookSubject): boolean {
  if (platform !== undefined && !(current && platform.some((selector) => matchesPlatform(selector, current)))) return false;
  return format === undefined || (artifact !== undefined && format.some((name) => namesOf(run, artifact).includes(name)));
}

/** What a filter may call an artifact: its format, instance and group. */
function namesOf({ host }: Formats, { format, instance }: NonNullable<HookSubject['artifact']>): readonly (string | undefined)[] {
  return [format, instance, format === undefined ? undefined : host.formats.get(format)?.definition.group];
}

/** A filter that can match nothing would leave out in silence what was to be done, such as a scan. */
export function checkHookFilters(run: RunContext, groups: readonly HookGroup[]): DistError[] {
  const { platforms } = resolvePlatforms(run.product.platforms);
  const hooks = groups.flatMap((group) => run.product.hooks[group] ?? []);
  return hooks.flatMap((hook) => [
    ...(hook.platform ?? [])
      .filter((selector) => !platforms.some((platform) => matchesPlatform(selector, platform)))
      .map((selector) => wrongValue(positionOf(hook, 'platform'), selector, 'none of the platforms of this release matches')),
    ...(hook.format ?? [])
      .filter((name) => !isFormat(run, name))
      .map((name) => unknownName(positionOf(hook, 'format'), 'format', name, formatNames(run))),
  ]);
}

function isFormat(run: Formats, name: string): boolean {
  return run.packages.some((known) => known.answersTo(name)) || formatNames(run).includes(name);
}

/** Not only those of the plan: flags may have made it smaller. */
function formatNames({ host, packages }: Formats): readonly string[] {
  const provided = [...host.formats].flatMap(([key, { definition }]) => [key, definition.group]);
  return [...new Set([...packages.map(({ instance }) => instance.id), ...provided])].sort();
}
