import type { HookConfig, HookGroup } from './config.ts';
import { missingKey, wrongValue } from './errors.ts';
import { checkedArgv, isRefusal, splitArgv } from './hook-argv.ts';
import { HOOK_GROUPS, type RawHook, type RawHooks } from './hook-schema.ts';
import { type SectionContext, written } from './instances.ts';
import { type KeyPath, nodeAt, positionAt, remember } from './position.ts';
import { isSecretReference } from './secret.ts';

/** Groups whose hooks run for each platform, and those whose hooks run for each artifact; all others run once. */
const BY_PLATFORM: readonly HookGroup[] = ['build', 'stage', 'package', 'validate'];
const BY_FORMAT: readonly HookGroup[] = ['package', 'validate'];
const ON_DEMAND: readonly HookGroup[] = ['check', 'docs'];

/** Prefix of the variables we set. */
export const HOOK_VARIABLE = 'PROVISIONING_DIST_';

/** Timers count in 31 bits of milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The hooks of a product by group, in the order they are written. What contradicts itself is added to the errors. */
export function hookConfigs(raw: RawHooks, context: SectionContext): Readonly<Partial<Record<HookGroup, readonly HookConfig[]>>> {
  const lists = HOOK_GROUPS.flatMap((group) => (raw[group] === undefined ? [] : [[group, hooksOf(group, raw[group], context)] as const]));
  return Object.freeze(Object.fromEntries(lists));
}

function hooksOf(group: HookGroup, raw: NonNullable<RawHooks[HookGroup]>, context: SectionContext): readonly HookConfig[] {
  const isList = Array.isArray(raw);
  const items = [raw].flat() as readonly (string | RawHook)[];
  return items.flatMap((item, index) => {
    const path = isList ? ['hooks', group, index] : ['hooks', group];
    return hookConfig(typeof item === 'string' ? { run: item } : item, { group, path, isText: typeof item === 'string' }, context) ?? [];
  });
}

interface Place {
  readonly group: HookGroup;
  readonly path: KeyPath;
  /** The whole hook is one text. */
  readonly isText: boolean;
}

function hookConfig(raw: RawHook, place: Place, context: SectionContext): HookConfig | undefined {
  checkPlace(raw, place, context);
  checkTimeout(raw, place, context);
  const action = actionOf(raw, place, context);
  if (action === undefined) return undefined;
  const { when = 'before', timeout, cwd, optional = false } = raw;
  const given = written({ platform: listOf(raw.platform), format: listOf(raw.format), timeout, cwd });
  const at = positionAt(context.tree, place.path);
  const hook = { action, when, ...given, env: environmentOf(raw, place, context), optional, at } as HookConfig;
  const node = nodeAt(context.tree, place.path);
  return Object.freeze(node ? remember(hook, node) : hook);
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value].flat();
}

function actionOf({ run, fn }: RawHook, { path, isText }: Place, { tree, errors }: SectionContext): HookConfig['action'] | undefined {
  const at = positionAt(tree, isText ? path : [...path, 'run']);
  if (fn !== undefined && run !== undefined)
    errors.push(wrongValue(positionAt(tree, [...path, 'fn']), undefined, '"run" stands beside it', 'keep one'));
  if (fn !== undefined) return fn;
  if (run === undefined) {
    errors.push(missingKey(at, 'name a program and its arguments'));
    return undefined;
  }
  const argv = typeof run === 'string' ? splitArgv(run) : checkedArgv(run);
  if (!isRefusal(argv)) return argv;
  errors.push(wrongValue(at, typeof run === 'string' ? run : run[0], argv.state, argv.hint));
  return undefined;
}

/** A filter where nothing is filtered would look as if it worked. */
function checkPlace(raw: RawHook, { group, path }: Place, { tree, errors }: SectionContext): void {
  const refuse = (key: keyof RawHook, state: string): void => {
    if (raw[key] !== undefined) errors.push(wrongValue(positionAt(tree, [...path, key]), undefined, state));
  };
  if (!BY_PLATFORM.includes(group)) refuse('platform', `hooks of "${group}" run once, for all platforms`);
  if (!BY_FORMAT.includes(group)) refuse('format', `hooks of "${group}" are about no format`);
  if (ON_DEMAND.includes(group)) refuse('when', `hooks of "${group}" stand before and after nothing`);
}

function checkTimeout({ timeout }: RawHook, { path }: Place, { tree, errors }: SectionContext): void {
  if (timeout === undefined) return;
  const at = positionAt(tree, [...path, 'timeout']);
  if (timeout === 0) errors.push(wrongValue(at, undefined, 'no program ends in no time', 'leave it out for no limit'));
  if (timeout > LONGEST_TIMEOUT) errors.push(wrongValue(at, undefined, 'it is longer than 24 days'));
}

function environmentOf({ env = {} }: RawHook, { path }: Place, { tree, errors, secret }: SectionContext): HookConfig['env'] {
  for (const name of Object.keys(env)) {
    if (name.toUpperCase().startsWith(HOOK_VARIABLE))
      errors.push(wrongValue(positionAt(tree, [...path, 'env', name]), name, `variables of ${HOOK_VARIABLE}* are set by us`));
  }
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, isSecretReference(value) ? secret(value) : value]));
}
