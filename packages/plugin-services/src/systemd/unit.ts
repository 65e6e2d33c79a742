import type { Service, ServiceDir } from '@provisioning-dist/core';
import { hardeningLines } from './hardening.ts';
import { commandLine, lines, plain, quoted, timeSpan } from './words.ts';

/** The text of a service's unit; a scheduled one is started by its timer only. */
export function serviceUnit(service: Service): string {
  const target = service.scope === 'user' ? 'default.target' : 'multi-user.target';
  return [
    '[Unit]',
    `Description=${plain(service.description)}`,
    ...orderLines(service),
    ...burstLines(service),
    '',
    '[Service]',
    `Type=${typeOf(service)}`,
    `ExecStart=${commandLine(service.exec)}`,
    ...runLines(service),
    ...hardeningLines(service),
    '',
    ...(service.schedule === undefined ? ['[Install]', `WantedBy=${target}`, ''] : []),
  ].join('\n');
}

/** `exec` tells of a program that cannot be started, which `simple` does not. */
function typeOf({ notify, schedule }: Service): string {
  if (notify) return 'notify';
  return schedule === undefined ? 'exec' : 'oneshot';
}

const UNIT = /\.(?:service|socket|target|timer|path|mount|automount|swap|slice|device)$/;

function unitName(name: string): string {
  if (name === 'network') return 'network-online.target';
  return UNIT.test(name) ? name : `${name}.service`;
}

function orderLines({ after, requires }: Service): readonly string[] {
  const [needed, first] = [requires.map(unitName), [...after, ...requires].map(unitName)];
  // waiting for the network starts nothing that waits for it
  const wanted = first.filter((name) => name === 'network-online.target' && !needed.includes(name));
  const words = (names: readonly string[]): string | undefined => (names.length === 0 ? undefined : [...new Set(names)].join(' '));
  return lines([
    ['Requires', words(needed)],
    ['Wants', words(wanted)],
    ['After', words(first)],
  ]);
}

function burstLines({ restart: { burst } }: Service): readonly string[] {
  return lines([
    ['StartLimitIntervalSec', burst && timeSpan(burst.within)],
    ['StartLimitBurst', burst?.count],
  ]);
}

const DIRECTORIES: Readonly<Record<ServiceDir, string>> = {
  config: 'ConfigurationDirectory',
  state: 'StateDirectory',
  cache: 'CacheDirectory',
  logs: 'LogsDirectory',
  runtime: 'RuntimeDirectory',
};

function runLines(service: Service): readonly string[] {
  const { user, group, workingDir, env, envFile, restart, stopTimeout, dirs, limits } = service;
  const variables = Object.keys(env)
    .sort()
    .map((name): readonly [string, string] => ['Environment', quoted(`${name}=${env[name]}`)]);
  const directories = Object.entries(DIRECTORIES).map(([kind, key]): readonly [string, string | undefined] => [key, dirs[kind as ServiceDir]]);
  return lines([
    ['ExecReload', reloadOf(service)],
    ['User', user],
    ['Group', group],
    ['WorkingDirectory', workingDir && plain(workingDir)],
    ...variables,
    ['EnvironmentFile', envFile && plain(envFile)],
    ['Restart', restart.policy],
    ['RestartSec', restart.delay === undefined ? undefined : timeSpan(restart.delay)],
    ['TimeoutStopSec', stopTimeout === undefined ? undefined : timeSpan(stopTimeout)],
    ...directories,
    ['LimitNOFILE', limits.nofile],
    ['MemoryMax', limits.memory],
    ['TasksMax', limits.tasks],
  ]);
}

/** The one variable systemd itself fills. */
function reloadOf({ reload }: Service): string | undefined {
  if (typeof reload === 'string') return `/bin/kill -s ${reload} $MAINPID`;
  return reload && commandLine(reload);
}
