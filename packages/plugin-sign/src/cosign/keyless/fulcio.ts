import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { DistError } from '@provisioning-dist/core';
import { publicPem } from '../../pem.ts';
import { identityRefused, serverWrong } from './errors.ts';
import { identityPattern } from './identity.ts';
import { insist, statusOf } from './insist.ts';
import type { KeylessJob } from './job.ts';
import { identityToken } from './token.ts';

/** A key that lives as long as its certificate, and in memory alone. */
export interface Credential {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
  /** By the clock of `performance`. */
  readonly until: number;
}

/** Time in which a file is signed and logged, ms. */
const MARGIN = 120_000;

const held = new WeakMap<object, Promise<Credential>>();

/** The files of a run share a certificate while it lasts: Fulcio and its own log are asked once. */
export async function credential(job: KeylessJob): Promise<Credential> {
  const found = held.get(job.options);
  if (found && (await found).until > performance.now()) return found;
  if (found !== held.get(job.options)) return credential(job);
  const made = certify(job);
  held.set(job.options, made);
  made.catch(() => held.delete(job.options));
  return made;
}

async function certify(job: KeylessJob): Promise<Credential> {
  const start = performance.now();
  const { value: token, subject } = await identityToken(job);
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const proofOfPossession = sign('sha256', Buffer.from(subject), key).toString('base64');
  const certificate = checked(job, await ask(job, { token, pem: publicPem(publicKey).toString(), proofOfPossession }), publicKey);
  const lifetime = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
  return { key, certificate, until: start + lifetime - MARGIN };
}

interface Request {
  readonly token: string;
  readonly pem: string;
  readonly proofOfPossession: string;
}

/** Fulcio's CreateSigningCertificate, v2. The header repeats the token so that the client treats the request as one with credentials. */
async function ask(job: KeylessJob, { token, pem, proofOfPossession }: Request): Promise<unknown> {
  const { fulcio } = job.options;
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      credentials: { oidcIdentityToken: token },
      publicKeyRequest: { publicKey: { algorithm: 'ECDSA', content: pem }, proofOfPossession },
    }),
    maxBytes: 1024 * 1024,
  };
  try {
    return (await insist(job.signal, () => job.http(`${fulcio}/api/v2/signingCert`, request))).json();
  } catch (error) {
    const isRefusal = error instanceof DistError && [400, 401, 403].includes(statusOf(error) ?? 0);
    throw isRefusal ? identityRefused(job.id, fulcio, error) : error;
  }
}

/** What is wrong is seen before the log, which is for ever, is written. */
function checked({ id, options: { fulcio, identity } }: KeylessJob, answer: unknown, key: KeyObject): X509Certificate {
  const certificate = certificateIn(answer);
  if (!certificate) throw serverWrong(id, fulcio, 'its answer holds no certificate');
  if (!certificate.publicKey.equals(key)) throw serverWrong(id, fulcio, 'its certificate is for another key');
  const name = nameOn(certificate);
  if (name === undefined || identityPattern(identity).test(name)) return certificate;
  throw serverWrong(id, fulcio, `its certificate is for ${JSON.stringify(name.slice(0, 200))}, not "${identity}"`);
}

interface Answer {
  readonly signedCertificateEmbeddedSct?: { readonly chain?: { readonly certificates?: readonly unknown[] } };
}

function certificateIn(answer: unknown): X509Certificate | undefined {
  const pem = (answer as Answer | null)?.signedCertificateEmbeddedSct?.chain?.certificates?.[0];
  if (typeof pem !== 'string') return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Node quotes what would be ambiguous as JSON. Undefined for kinds of names it does not print. */
function nameOn({ subjectAltName = '' }: X509Certificate): string | undefined {
  const [, text] = /^(?:URI|email):(.*)$/.exec(subjectAltName) ?? [];
  return text?.startsWith('"') ? (JSON.parse(text) as string) : text;
}
