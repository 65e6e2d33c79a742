import { DistError, EXIT } from '../errors.ts';

/** A program a system runs in the background, with its paths as they are once installed. */
export interface Service {
  readonly name: string;
  readonly description: string;
  /** The program by its absolute path, then its arguments. */
  readonly exec: readonly [string, ...string[]];
  readonly user?: string;
  readonly group?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly restart: 'no' | 'on-failure' | 'always';
  readonly hardening: 'none' | 'basic';
}

const BASIC = ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'ProtectHome=yes', 'PrivateTmp=yes', 'PrivateDevices=yes'];
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '%': '%%' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/;

/** The text of a systemd unit. */
export function systemdUnit(service: Service): string {
  const { exec, user, group, env, restart, hardening } = service;
  checkUnit(service);
  return [
    '[Unit]',
    `Description=${service.description.replaceAll('%', '%%')}`,
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${exec.map(execWord).join(' ')}`,
    ...(user === undefined ? [] : [`User=${user}`]),
    ...(group === undefined ? [] : [`Group=${group}`]),
    ...Object.keys(env)
      .sort()
      .map((name) => `Environment=${quoted(`${name}=${env[name]}`)}`),
    `Restart=${restart}`,
    ...(hardening === 'basic' ? BASIC : []),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** systemd.syntax(7): C-style escapes in double quotes; `%` begins a specifier. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"\n\t%]/g, (char) => ESCAPES[char] as string)}"`;
}

/** systemd.service(5): variables stand in command lines only. A quoted `;` is no separator. */
function execWord(text: string): string {
  return quoted(text).replaceAll('$', '$$$$');
}

function checkUnit({ name, description, exec, user, group, env }: Service): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name)) throw badService(name, 'name', 'it is no name of a unit');
  // a backslash at the end of a line joins the next one to it
  if (/[\n\t]|^\s*$|\\$/.test(description) || CONTROL.test(description)) throw badService(name, 'description', 'it is not one plain line');
  // neither variables nor quotes are read in the program's own path by every systemd
  if (!/^\/[A-Za-z0-9_./+@-]+$/.test(exec[0])) throw badService(name, 'exec', 'its program is no plain absolute path');
  if (exec.some((word) => CONTROL.test(word))) throw badService(name, 'exec', 'it holds a control character');
  for (const account of [user, group])
    if (account !== undefined && !/^[a-z_][a-z0-9_-]{0,30}$/.test(account)) throw badService(name, 'user', 'it is no name of an account');
  for (const [key, value] of Object.entries(env))
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) || CONTROL.test(value)) throw badService(name, 'env', 'a variable has no valid name or value');
}

function badService(name: string, key: string, state: string): DistError {
  return new DistError('service-invalid', `Cannot write the unit of ${JSON.stringify(name)}: ${key}: ${state}`, { exit: EXIT.usage });
}
