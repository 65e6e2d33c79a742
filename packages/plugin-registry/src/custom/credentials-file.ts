import { readFileSync, statSync } from 'node:fs';
import { exposed, unreadable } from './errors.ts';

/** What a credentials file tells for one host. */
export type FileCredentials = { readonly token: string } | { readonly user: string; readonly password: string };

const MAX_BYTES = 64 * 1024;

/** Reads a file nobody else may read. Throws a DistError for one others may. */
export function readPrivate(file: string): string {
  const text = readSmall(file);
  const { mode } = statSync(file);
  // Windows has no such bits
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw exposed(file, mode);
  return text;
}

export function readSmall(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) throw unreadable(file, 'it is not there');
  if (!stats.isFile()) throw unreadable(file, 'it is no file');
  if (stats.size > MAX_BYTES) throw unreadable(file, `it is longer than ${MAX_BYTES} bytes`);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, `it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** `{ "token" }` or `{ "user", "password" }` in JSON, else the lines of a netrc for the host. Never repeats what it reads. */
export function credentialsIn(text: string, file: string, host: string): FileCredentials {
  const found = text.trimStart().startsWith('{') ? fromJson(text, file) : fromNetrc(text, host);
  if (!found) throw unreadable(file, `it has no login and password for machine "${host}"`);
  return found;
}

function fromJson(text: string, file: string): FileCredentials {
  const { token, user, password } = parsed(text, file);
  if (typeof token === 'string') return { token };
  if (typeof user === 'string' && typeof password === 'string') return { user, password };
  throw unreadable(file, 'it has neither "token" nor "user" and "password"');
}

function parsed(text: string, file: string): { readonly token?: unknown; readonly user?: unknown; readonly password?: unknown } {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(file, 'it is no JSON');
  }
}

interface Machine {
  readonly host: string | undefined;
  login?: string;
  password?: string;
}

/** The words of `.netrc`, as ftp(1) and curl read them: `machine HOST login USER password WORD`, `default` for every other host. */
function fromNetrc(text: string, host: string): FileCredentials | undefined {
  const machines = machinesIn(text.replace(/^\s*#.*$/gm, '').match(/"(?:\\.|[^"\\])*"|\S+/g) ?? []);
  const found = machines.find((machine) => machine.host === host) ?? machines.find((machine) => machine.host === undefined);
  return found?.login !== undefined && found.password !== undefined ? { user: found.login, password: found.password } : undefined;
}

function machinesIn(words: readonly string[]): readonly Machine[] {
  const machines: Machine[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === 'default') machines.push({ host: undefined });
    else if (word === 'machine') machines.push({ host: unquoted(words[++at] ?? '') });
    else if (word === 'login' || word === 'password') Object.assign(machines.at(-1) ?? {}, { [word]: unquoted(words[++at] ?? '') });
    else if (word === 'account' || word === 'macdef') at++;
  }
  return machines;
}

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
}
