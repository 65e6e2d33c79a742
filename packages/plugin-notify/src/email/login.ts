import { readFile } from 'node:fs/promises';
import { caUnread, passwordRefused } from './errors.ts';
import type { EmailOptions } from './options.ts';

/** What options only refer to, read anew for every attempt. */
export interface Access {
  readonly login?: { readonly user: string; readonly password: string; readonly source: string };
  readonly ca?: string;
}

/** Throws for what cannot be read or used. Asks nobody. */
export async function accessOf({ auth, server }: Pick<EmailOptions, 'auth' | 'server'>): Promise<Access> {
  return { ...(auth && { login: await loginOf(auth) }), ...(server.ca !== undefined && { ca: await certificatesIn(server.ca) }) };
}

async function loginOf({ user, password }: NonNullable<EmailOptions['auth']>): Promise<NonNullable<Access['login']>> {
  const { source } = password;
  const text = await password.reveal();
  // NUL ends a part of PLAIN (RFC 4616)
  if (/[\0\r\n]/.test(text)) throw passwordRefused(source);
  return { user, password: text, source };
}

async function certificatesIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw caUnread(file, error.message);
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw caUnread(file, 'it holds none in PEM');
  return text;
}
