import type { Service } from '@provisioning-dist/core';
import { badService } from '../errors.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/;
const ACCOUNT = /^[a-z_][a-z0-9_-]{0,30}$/;

/** What could be read as something else, also where it did not come from a checked configuration: fields were filled in between. */
export function checkService(service: Service): void {
  const { name, description, exec, reload, user, group, env } = service;
  const refuse = (key: string, state: string): never => {
    throw badService(name, key, state);
  };
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name)) refuse('name', 'it is no name of a unit');
  // a backslash at the end of a line joins the next one to it
  if (/[\n\t]|^\s*$|\\$/.test(description) || CONTROL.test(description)) refuse('description', 'it is not one plain line');
  checkCommand(exec, (state) => refuse('exec', state));
  if (Array.isArray(reload)) checkCommand(reload as readonly [string, ...string[]], (state) => refuse('reload', state));
  if (typeof reload === 'string' && !/^SIG[A-Z0-9]+$/.test(reload)) refuse('reload', 'it is no signal');
  for (const [key, account] of [
    ['user', user],
    ['group', group],
  ] as const)
    if (account !== undefined && !ACCOUNT.test(account)) refuse(key, 'it is no name of an account');
  for (const [key, value] of Object.entries(env))
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) || CONTROL.test(value)) refuse('env', 'a variable has no valid name or value');
  checkPaths(service, refuse);
}

function checkCommand(words: readonly [string, ...string[]], refuse: (state: string) => void): void {
  // neither variables nor quotes are read in the program's own path by every systemd
  if (!/^\/[A-Za-z0-9_./+@-]+$/.test(words[0])) refuse('its program is no plain absolute path');
  if (words.some((word) => CONTROL.test(word))) refuse('it holds a control character');
}

function checkPaths({ workingDir, envFile }: Service, refuse: (key: string, state: string) => void): void {
  const isPath = (path: string): boolean => /^\/[^\\"'\s]*$/.test(path) && !CONTROL.test(path);
  if (workingDir !== undefined && !isPath(workingDir)) refuse('workingDir', 'it is no plain absolute path');
  if (envFile !== undefined && !isPath(envFile.replace(/^-/, ''))) refuse('envFile', 'it is no plain absolute path');
}
