import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** npm settings that say where packages come from and who asks. */
const SETTING = /^npm_config_(?:\/\/|@|_auth|https?_proxy$|proxy$|noproxy$|ca$|cert$|key$|email$)/i;

/**
 * What npm needs of our environment beside the usual: its own settings, and the variables its `.npmrc` files refer to
 * (`_authToken=${NODE_AUTH_TOKEN}`); npm refuses to start when one of them is missing.
 */
export function npmEnvironment(root: string, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const user = env.npm_config_userconfig ?? env.NPM_CONFIG_USERCONFIG ?? resolve(homedir(), '.npmrc');
  const named = new Set([resolve(root, '.npmrc'), user].flatMap(references));
  const wanted = Object.entries(env).filter(([name]) => named.has(name) || SETTING.test(name));
  return Object.fromEntries(wanted.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function references(file: string): string[] {
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(/\$\{([^}?]+)\??\}/g)].flatMap((match) => match[1] ?? []);
}
