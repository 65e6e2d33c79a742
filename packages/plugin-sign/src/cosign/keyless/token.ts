import { DistError } from '@provisioning-dist/core';
import { noToken, serverWrong, tokenUnusable } from './errors.ts';
import { insist } from './insist.ts';
import type { KeylessJob } from './job.ts';

/** The OIDC token that says who signs: given, or asked for where the CI gives them. */

export interface IdentityToken {
  readonly value: string;
  /** What Fulcio wants signed as proof of the key. */
  readonly subject: string;
}

export async function identityToken(job: KeylessJob): Promise<IdentityToken> {
  const { tokenUrl } = job.options;
  const secret = await heldSecret(job);
  return readToken(job.id, tokenUrl === undefined ? secret : await fromGitHub(job, { url: tokenUrl, secret }));
}

/** What can be said about the token before it is used. */
export async function checkToken(job: KeylessJob): Promise<void> {
  const secret = await heldSecret(job);
  if (job.options.tokenUrl === undefined) readToken(job.id, secret);
}

async function heldSecret({ id, options: { identityToken: secret } }: KeylessJob): Promise<string> {
  try {
    return await secret.reveal();
  } catch (error) {
    throw error instanceof DistError && secret.source === 'env SIGSTORE_ID_TOKEN' ? noToken(id) : error;
  }
}

/** GitHub: "OpenID Connect reference", requesting the token with environment variables. */
async function fromGitHub(job: KeylessJob, { url, secret }: { readonly url: string; readonly secret: string }): Promise<string> {
  const address = URL.parse(url);
  if (!address) throw tokenUnusable(job.id, 'cannot be asked for: ACTIONS_ID_TOKEN_REQUEST_URL is no address');
  address.searchParams.set('audience', job.options.audience);
  const headers = { accept: 'application/json', authorization: `Bearer ${secret}` };
  const answer = await insist(job.signal, () => job.http(address, { headers, maxBytes: 64 * 1024 }));
  const { value } = (answer.json() ?? {}) as { readonly value?: unknown };
  if (typeof value !== 'string') throw serverWrong(job.id, url, 'its answer holds no token');
  return value;
}

interface Claims {
  readonly sub?: unknown;
  readonly exp?: unknown;
  readonly email?: unknown;
  readonly email_verified?: unknown;
}

/** RFC 7519. Whether it is genuine is for Fulcio to say. */
function readToken(id: string, value: string): IdentityToken {
  const { sub, exp, email, email_verified: isVerified } = claimsOf(id, value);
  if (typeof exp === 'number' && exp * 1000 <= Date.now()) throw tokenUnusable(id, `has expired at ${new Date(exp * 1000).toISOString()}`);
  if (email !== undefined && isVerified !== true) throw tokenUnusable(id, 'has an address its issuer has not verified');
  const subject = email ?? sub;
  if (typeof subject !== 'string' || subject === '') throw tokenUnusable(id, 'has no subject');
  return { value, subject };
}

function claimsOf(id: string, value: string): Claims {
  const [, payload, signature] = /^[\w-]+\.([\w-]+)\.([\w-]+)$/.exec(value) ?? [];
  if (payload === undefined || signature === undefined) throw tokenUnusable(id, 'is no JWT');
  try {
    return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) ?? {}) as Claims;
  } catch {
    throw tokenUnusable(id, 'is no JWT');
  }
}
