import { createPublicKey, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { type Authority, leaf, newAuthority, newKey, pem, sha256, spki } from './certificates.ts';
import { LOG_NAME, type Log, newLog } from './log.ts';

/** Fulcio and Rekor as they answer: who asks must hold a token and the key, and what is logged must be signed. */

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Instance {
  readonly identity: string;
  readonly issuer: string;
  readonly log: Log;
  /** Certificates issued. */
  readonly issued: () => number;
  /** An OIDC token of the issuer. */
  readonly token: (claims?: object) => string;
  readonly trustedRoot: () => object;
  readonly answer: (ask: Ask) => Answer;
}

export interface InstanceOptions {
  readonly identity?: string;
  readonly subject?: string;
  /** Issues certificates for this key instead of the one that was proven. */
  readonly certifies?: KeyObject;
  /** Of certificates, seconds; default 600, as Fulcio's. */
  readonly lifetime?: number;
}

export const IDENTITY = 'https://ci.example/acme/tool/release.yml@refs/tags/v1.2.3';
export const ISSUER = 'https://issuer.example';

export function newInstance({ identity = IDENTITY, subject = 'repo:acme/tool', certifies, lifetime = 600 }: InstanceOptions = {}): Instance {
  const start = now() - 60;
  const root = newAuthority('sigstore.example', start);
  const authority = newAuthority('sigstore-intermediate.example', start, root);
  const [ctlog, issuerKey, log] = [newKey(), newKey(), newLog()];
  let issued = 0;
  const certify = (ask: Ask): Answer => {
    const key = provenKey(ask, issuerKey);
    if (!key) return answer(401, { code: 16, message: `There was an error processing the identity token ${JSON.stringify(parsed(ask))}` });
    issued++;
    const certificate = leaf(authority, ctlog, { key: certifies ?? key, identity, issuer: ISSUER, from: now(), lifetime });
    return answer(200, { signedCertificateEmbeddedSct: { chain: { certificates: [certificate, authority.der, root.der].map(pem) } } });
  };
  const routes: readonly (readonly [string, RegExp, (ask: Ask) => Answer])[] = [
    ['HEAD', /./, () => answer(404, {})],
    ['POST', /^\/api\/v2\/signingCert$/, certify],
    ['POST', /^\/api\/v1\/log\/entries$/, (ask) => enter(log, ask)],
    ['GET', /^\/api\/v1\/log\/entries\/[0-9a-f]+$/, ({ path }) => look(log, path.split('/').at(-1) ?? '')],
  ];
  return {
    identity,
    issuer: ISSUER,
    log,
    issued: () => issued,
    token: (claims = {}) => jwt(issuerKey, { iss: ISSUER, sub: subject, aud: 'sigstore', exp: now() + 300, ...claims }),
    trustedRoot: () => trustedRoot({ root, authority, ctlog, log, start }),
    answer: (ask) => routes.find(([method, path]) => method === ask.method && path.test(ask.path))?.[2](ask) ?? answer(404, { message: 'not here' }),
  };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function parsed({ bytes }: Ask): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

/** RFC 7515 with ES256. */
function jwt(key: KeyObject, claims: object): string {
  const text = [{ alg: 'ES256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

interface CertificateRequest {
  readonly credentials: { readonly oidcIdentityToken: string };
  readonly publicKeyRequest: { readonly publicKey: { readonly content: string }; readonly proofOfPossession: string };
}

/** Undefined when the token is not the issuer's, or old, or the key was not proven. */
function provenKey(ask: Ask, issuer: KeyObject): KeyObject | undefined {
  const { credentials, publicKeyRequest } = parsed(ask) as CertificateRequest;
  const [head, payload = '', signature = ''] = credentials.oidcIdentityToken.split('.');
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${head}.${payload}`),
    { key: createPublicKey(issuer), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const { exp, aud, email, sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
  if (!isGenuine || aud !== 'sigstore' || Number(exp) < now()) return undefined;
  const key = createPublicKey(publicKeyRequest.publicKey.content);
  const proof = Buffer.from(publicKeyRequest.proofOfPossession, 'base64');
  return verify('sha256', Buffer.from(email ?? sub ?? ''), key, proof) ? key : undefined;
}

interface HashedRekord {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: {
    readonly data: { readonly hash: { readonly algorithm: string; readonly value: string } };
    readonly signature: { readonly content: string; readonly publicKey: { readonly content: string } };
  };
}

function enter(log: Log, ask: Ask): Answer {
  const { apiVersion, kind, spec } = parsed(ask) as HashedRekord;
  const { data, signature } = spec;
  const certificate = Buffer.from(signature.publicKey.content, 'base64').toString();
  new X509Certificate(certificate);
  if (kind !== 'hashedrekord' || apiVersion !== '0.0.1' || !/^[0-9a-f]{64}$/.test(data.hash.value)) return answer(400, { message: 'invalid entry' });
  // members by name, as Rekor keeps them
  const { algorithm, value } = data.hash;
  const { content } = signature;
  const kept = {
    apiVersion,
    kind,
    spec: { data: { hash: { algorithm, value } }, signature: { content, publicKey: { content: signature.publicKey.content } } },
  };
  const body = Buffer.from(JSON.stringify(kept));
  const entry = log.add(body, now());
  if (entry) return answer(201, entry);
  const location = `/api/v1/log/entries/${log.uuidOf(body)}`;
  return answer(
    409,
    { code: 409, message: `an equivalent entry already exists in the transparency log with UUID ${log.uuidOf(body)}` },
    { location },
  );
}

function look(log: Log, uuid: string): Answer {
  const entry = log.get(uuid);
  return entry ? answer(200, entry) : answer(404, { message: 'no such entry' });
}

interface Trusted {
  readonly root: Authority;
  readonly authority: Authority;
  readonly ctlog: KeyObject;
  readonly log: Log;
  readonly start: number;
}

function trustedRoot({ root, authority, ctlog, log, start }: Trusted): object {
  const validFor = { start: new Date(start * 1000).toISOString() };
  const logOf = (key: KeyObject, baseUrl: string): object => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: spki(key).toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: sha256(spki(key)).toString('base64') },
  });
  const certificates = [authority, root].map(({ der }) => ({ rawBytes: der.toString('base64') }));
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(log.key, `https://${LOG_NAME}`)],
    certificateAuthorities: [
      { subject: { organization: 'example', commonName: root.name }, uri: 'https://fulcio.example', certChain: { certificates }, validFor },
    ],
    ctlogs: [logOf(ctlog, 'https://ctlog.example')],
    timestampAuthorities: [],
  };
}
