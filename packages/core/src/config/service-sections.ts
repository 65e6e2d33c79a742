import type { Service, ServiceHardening, ServiceRestart, ServiceSchedule } from '../model/service.ts';
import type { ServiceConfig } from './config.ts';
import { wrongValue } from './errors.ts';
import { checkedArgv, isRefusal, splitArgv } from './hook-argv.ts';
import { attempt, type SectionContext, written } from './instances.ts';
import { type KeyPath, nodeAt, positionAt, remember } from './position.ts';
import type { RawSchedule, RawService } from './service-schema.ts';
import { compileTemplate } from './template.ts';

/** The services of a product, by the order of their names. What contradicts itself is added to the errors. */
export function serviceConfigs(raw: Readonly<Record<string, RawService>>, description: string, context: SectionContext): readonly ServiceConfig[] {
  return Object.keys(raw)
    .sort()
    .flatMap((name) => serviceConfig(name, raw[name] as RawService, { description, context }) ?? []);
}

interface Detail {
  readonly description: string;
  readonly context: SectionContext;
}

function serviceConfig(name: string, raw: RawService, { description, context }: Detail): ServiceConfig | undefined {
  const path = ['services', name];
  const exec = argvOf(raw.exec, [...path, 'exec'], context);
  const reload = reloadOf(raw.reload, [...path, 'reload'], context);
  checkTemplates(raw, path, context);
  checkScope(raw, path, context);
  checkRestart(raw, path, context);
  checkOrder(raw, path, context);
  if (exec === undefined) return undefined;
  const { user, group, workingDir, envFile, stopTimeout, variants, platforms } = raw;
  const config = {
    name,
    description: raw.description ?? description,
    exec,
    ...written({ user, group, workingDir, envFile, stopTimeout, reload, schedule: scheduleOf(raw), variants, platforms }),
    createUser: raw.createUser ?? true,
    env: raw.env ?? {},
    restart: restartOf(raw),
    after: raw.after ?? [],
    requires: raw.requires ?? [],
    dirs: dirsOf(name, raw),
    ports: raw.ports ?? [],
    limits: written(raw.limits ?? {}),
    hardening: hardeningOf(raw),
    scope: raw.scope ?? 'system',
    enable: raw.enable ?? false,
    notify: raw.notify ?? false,
    component: raw.component ?? 'main',
    at: positionAt(context.tree, path),
  } as ServiceConfig;
  const node = nodeAt(context.tree, path);
  return Object.freeze(node ? remember(config, node) : config);
}

function argvOf(raw: string | readonly string[], path: KeyPath, { tree, errors }: SectionContext): Service['exec'] | undefined {
  const argv = typeof raw === 'string' ? splitArgv(raw) : checkedArgv(raw);
  if (!isRefusal(argv)) return argv;
  errors.push(wrongValue(positionAt(tree, path), typeof raw === 'string' ? raw : raw[0], argv.state, argv.hint));
  return undefined;
}

function reloadOf(raw: RawService['reload'], path: KeyPath, context: SectionContext): Service['reload'] {
  if (raw === undefined || (typeof raw === 'string' && /^SIG[A-Z0-9]+$/.test(raw))) return raw as string | undefined;
  return argvOf(raw, path, context);
}

/** The texts whose fields are filled when it is known where things are installed. */
function checkTemplates({ exec, reload, workingDir, envFile, env = {} }: RawService, path: KeyPath, { tree, errors }: SectionContext): void {
  const check = (text: string, ...key: KeyPath): void => attempt(errors, () => compileTemplate(text, positionAt(tree, [...path, ...key])));
  for (const [key, texts] of Object.entries({ exec, reload, workingDir, envFile })) for (const text of [texts ?? []].flat()) check(text, key);
  for (const [name, text] of Object.entries(env)) check(text, 'env', name);
}

const PRIVILEGED = 1024;

/** A user's manager has no privileges to give, and runs as its user. */
function checkScope({ scope, user, group, ports = [] }: RawService, path: KeyPath, { tree, errors }: SectionContext): void {
  if (group !== undefined && user === undefined && scope !== 'user')
    errors.push(wrongValue(positionAt(tree, [...path, 'group']), group, 'a group needs a user', 'name the user too'));
  if (scope !== 'user') return;
  const refuse = (key: string, state: string): void => void errors.push(wrongValue(positionAt(tree, [...path, key]), undefined, state));
  if (user !== undefined) refuse('user', 'a service of scope user runs as its user');
  if (group !== undefined) refuse('group', 'a service of scope user runs as its user');
  if (ports.some((port) => port < PRIVILEGED)) refuse('ports', 'a service of scope user cannot have ports below 1024');
}

/** systemd loads no unit that is done when it ends and always started again. */
function checkRestart({ restart, schedule }: RawService, path: KeyPath, { tree, errors }: SectionContext): void {
  const policy = typeof restart === 'string' ? restart : restart?.policy;
  if (schedule === undefined || policy !== 'always') return;
  const key = typeof restart === 'string' ? ['restart'] : ['restart', 'policy'];
  const hint = 'leave it out, or write on-failure';
  errors.push(wrongValue(positionAt(tree, [...path, ...key]), policy, 'a service with a schedule is done when it ends', hint));
}

function checkOrder(raw: RawService, path: KeyPath, { tree, errors }: SectionContext): void {
  const own = [path.at(-1), `${path.at(-1)}.service`];
  for (const key of ['after', 'requires'] as const)
    for (const [index, name] of (raw[key] ?? []).entries())
      if (own.includes(name)) errors.push(wrongValue(positionAt(tree, [...path, key, index]), name, 'it is the service itself'));
}

/** What a schedule starts is done when it ends. */
function restartOf({ restart, schedule }: RawService): ServiceRestart {
  const usual = schedule === undefined ? 'on-failure' : 'no';
  if (restart === undefined) return { policy: usual };
  if (typeof restart === 'string') return { policy: restart };
  const { policy = usual, delay, burst } = restart;
  return { policy, ...written({ delay, burst }) };
}

function dirsOf(name: string, { dirs = {} }: RawService): Service['dirs'] {
  return Object.fromEntries(Object.entries(dirs).flatMap(([kind, value]) => (value === undefined ? [] : [[kind, value === true ? name : value]])));
}

function hardeningOf({ hardening = {} }: RawService): ServiceHardening {
  const given = typeof hardening === 'string' ? { level: hardening } : hardening;
  const nothing = { jit: false, devices: false, home: false, containers: false, netlink: false, proc: false, setuid: false };
  return { level: 'basic', ...nothing, write: [], capabilities: [], ...written(given) } as ServiceHardening;
}

function scheduleOf({ schedule }: RawService): ServiceSchedule | undefined {
  if (schedule === undefined) return undefined;
  const { calendar, persistent = true, jitter } = typeof schedule === 'string' ? ({ calendar: schedule } as RawSchedule) : schedule;
  return { calendar, persistent, ...written({ jitter }) } as ServiceSchedule;
}
