import type { HttpTls, Secret } from '@provisioning-dist/core';
import { headerValueProblem } from '../header.ts';
import { credentialsIn, type FileCredentials, readPrivate, readSmall } from './credentials-file.ts';
import { headerUnusable } from './errors.ts';
import type { Auth, CustomOptions } from './options.ts';

/** Who we are, as headers and certificates. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  /** What no message may repeat. */
  readonly secrets: readonly string[];
}

export const NOBODY: Identity = { headers: {}, secrets: [] };

/** The headers of `headers` and `auth` for a request to that host. */
export async function identityFor(options: CustomOptions, host: string): Promise<Identity> {
  const own = await Promise.all(Object.entries(options.headers).map(async ([name, value]) => namedHeader(name, value)));
  const identities = [...own, options.auth ? await authIdentity(options.auth, host) : NOBODY];
  return {
    headers: Object.assign({}, ...identities.map(({ headers }) => headers)),
    secrets: identities.flatMap(({ secrets }) => secrets),
  };
}

async function namedHeader(name: string, value: string | Secret): Promise<Identity> {
  if (typeof value === 'string') return { headers: { [name.toLowerCase()]: value }, secrets: [] };
  const secret = await revealed(value);
  return { headers: { [name.toLowerCase()]: secret }, secrets: [secret] };
}

async function authIdentity({ bearer, basic, header, credentialsFile }: Auth, host: string): Promise<Identity> {
  if (bearer) return asBearer(await revealed(bearer));
  if (basic) return asBasic(basic.user, await revealed(basic.password));
  if (header) return await namedHeader(header.name, header.value);
  return credentialsFile === undefined ? NOBODY : ofFile(credentialsFile, host);
}

function ofFile(file: string, host: string): Identity {
  const found: FileCredentials = credentialsIn(readPrivate(file), file, host);
  for (const value of Object.values(found)) refuseUnusable(value, `file ${file}`);
  return 'token' in found ? asBearer(found.token) : asBasic(found.user, found.password);
}

function asBearer(token: string): Identity {
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
}

/** RFC 7617 */
function asBasic(user: string, password: string): Identity {
  const joined = Buffer.from(`${user}:${password}`).toString('base64');
  return { headers: { authorization: `Basic ${joined}` }, secrets: [password, joined] };
}

async function revealed(secret: Secret): Promise<string> {
  const value = await secret.reveal();
  refuseUnusable(value, secret.source);
  return value;
}

function refuseUnusable(value: string, source: string): void {
  const problem = value === '' ? 'it is empty' : headerValueProblem(value);
  if (problem !== undefined) throw headerUnusable(source, problem);
}

export function tlsOf({ tls }: CustomOptions): HttpTls | undefined {
  if (!tls) return undefined;
  const { ca, cert, key } = tls;
  return {
    ...(ca !== undefined && { ca: readSmall(ca) }),
    ...(cert !== undefined && { cert: readSmall(cert) }),
    ...(key !== undefined && { key: readPrivate(key) }),
  };
}
