import type { KeyJob } from '@provisioning-dist/core';
import type { Key, PrivateKey, SignaturePacket, Subkey } from 'openpgp';
import { keyExpired, keyUnusable, noPassphrase, wrongPassphrase } from '../errors.ts';
import { keyText, oncePerOptions, readPublicKey } from '../secret-key.ts';
import { openpgp } from './library.ts';
import type { GpgOptions } from './options.ts';

type GpgJob = KeyJob<GpgOptions>;

/** The whole key, its part that signs, and the moment signatures are made at. */
export interface SigningKey<Whole extends Key = Key> {
  readonly key: Whole;
  readonly part: Key | Subkey;
  /** The release's date, or the key's own when that is later: no verifier takes a signature from before its key. */
  readonly at: Date;
  /** Seconds since 1970; absent = never. */
  readonly expires?: number;
}

const RSA_ALGORITHMS: readonly string[] = ['rsaEncryptSign', 'rsaSign'];
/** What gpg 2.2, rpm and apt take. `ed25519` (27) is RFC 9580's, which they refuse. */
const ALGORITHMS: readonly string[] = [...RSA_ALGORITHMS, 'eddsaLegacy', 'ecdsa'];

/** The private key from the secret, opened. */
export const privateKey: (job: GpgJob) => Promise<SigningKey<PrivateKey>> = oncePerOptions(async (job) => {
  const key = await parsePrivate(job, await keyText(job));
  refuseForeign(job.id, key);
  const found = await signingPart(job, await opened(job, key));
  refuseStub(job.id, found.part);
  return found;
});

/** Of the file with the public key, else of the private one, which need not be opened for it. */
export const publicKey: (job: GpgJob) => Promise<SigningKey> = oncePerOptions(async (job) => {
  const { publicKey: file } = job.options;
  if (file !== undefined) return signingPart(job, await parsePublic(job.id, readPublicKey(job.id, file)));
  const key = await parsePrivate(job, await keyText(job));
  refuseForeign(job.id, key);
  return signingPart(job, key.toPublic());
});

export async function parsePublic(id: string, bytes: Uint8Array): Promise<Key> {
  const { readKey: read } = await openpgp();
  const text = Buffer.from(bytes).toString('utf8');
  const key = await readOrThrow(id, () => (text.includes('-----BEGIN PGP') ? read({ armoredKey: text }) : read({ binaryKey: bytes })));
  refuseForeign(id, key);
  return key;
}

async function parsePrivate({ id }: GpgJob, text: string): Promise<PrivateKey> {
  const { readKey: read, readPrivateKey: readPrivate } = await openpgp();
  if (text.includes('BEGIN PGP PUBLIC KEY')) {
    await readOrThrow(id, () => read({ armoredKey: text }));
    throw keyUnusable(id, 'its key is a public one', 'export the private half: gpg --armor --export-secret-keys');
  }
  return readOrThrow(id, () => readPrivate({ armoredKey: text }));
}

async function readOrThrow<Found>(id: string, read: () => Promise<Found>): Promise<Found> {
  try {
    return await read();
  } catch {
    throw keyUnusable(id, 'its key is no OpenPGP key in ASCII armour', 'gpg --armor --export-secret-keys writes one');
  }
}

function refuseForeign(id: string, key: Key): void {
  if (key.keyPacket.version === 4) return;
  throw keyUnusable(id, `its key is of version ${key.keyPacket.version}: gpg, rpm and apt read version 4 only`, 'generate a version 4 key');
}

/** gpg leaves a stub (gnupg doc/DETAILS: gnu-dummy, gnu-divert-to-card) of parts that are elsewhere. */
function refuseStub(id: string, { keyPacket }: Key | Subkey): void {
  if (!('isMissingSecretKeyMaterial' in keyPacket) || !keyPacket.isMissingSecretKeyMaterial()) return;
  throw keyUnusable(id, 'the private half of its signing part is not in it', 'export it where it is; a key on a card signs with "command: true"');
}

async function opened({ id, options: { passphrase } }: GpgJob, key: PrivateKey): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (!passphrase) throw noPassphrase(id);
  const { decryptKey } = await openpgp();
  const text = await passphrase.reveal();
  try {
    return await decryptKey({ privateKey: key, passphrase: text });
  } catch {
    throw wrongPassphrase(id);
  }
}

export async function signingPart<Whole extends Key>({ id, date }: Pick<GpgJob, 'id' | 'date'>, key: Whole): Promise<SigningKey<Whole>> {
  const at = new Date(Math.max(date, newest(key)) * 1000);
  const part = await key.getSigningKey(undefined, at).catch((error: unknown) => error as Error);
  if (part instanceof Error) throw await whyNot(id, key, at);
  const { algorithm } = part.getAlgorithmInfo();
  if (!ALGORITHMS.includes(algorithm)) {
    const hint = 'use RSA or Ed25519 as gpg makes them (ed25519Legacy)';
    throw keyUnusable(id, `its signing key is of type ${algorithm}, which gpg, rpm and apt do not read`, hint);
  }
  const expires = await expiryOf(key, part, at);
  return { key, part, at, ...(expires === undefined ? {} : { expires }) };
}

/** When the youngest of the key's signing parts and the signatures that bind them was made. */
function newest(key: Key): number {
  const bindings = (list: readonly SignaturePacket[]): readonly (Date | null)[] => list.map(({ created }) => created);
  const times = [
    key.getCreationTime(),
    ...key.users.flatMap(({ selfCertifications }) => latest(bindings(selfCertifications))),
    ...key.subkeys.filter(maySign).flatMap((subkey) => [subkey.getCreationTime(), ...latest(bindings(subkey.bindingSignatures))]),
  ];
  return Math.max(...times.map((time) => Math.floor((time?.getTime() ?? 0) / 1000)));
}

/** Key flag 0x02, RFC 9580 5.2.3.29: others have no part in signatures. */
function maySign({ bindingSignatures }: Subkey): boolean {
  return bindingSignatures.some(({ keyFlags }) => ((keyFlags?.[0] ?? 0) & 0x02) !== 0);
}

function latest(times: readonly (Date | null)[]): readonly (Date | null)[] {
  return times.toSorted((a, b) => Number(b) - Number(a)).slice(0, 1);
}

async function expiryOf(key: Key, part: Key | Subkey, at: Date): Promise<number | undefined> {
  const whole = await key.getExpirationTime();
  const own = 'mainKey' in part ? await part.getExpirationTime(at) : whole;
  const times = [whole, own].flatMap((time) => (time instanceof Date ? [Math.floor(time.getTime() / 1000)] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The library says only that it found none. */
async function whyNot(id: string, key: Key, at: Date): Promise<Error> {
  if (await key.isRevoked(undefined, undefined, at)) return keyUnusable(id, 'its key is revoked');
  const expires = await key.getExpirationTime();
  if (expires instanceof Date && expires <= at) return keyExpired(id, expires.getTime() / 1000);
  for (const subkey of key.subkeys) {
    const ended = await subkey.getExpirationTime(at).catch(() => null);
    if (ended instanceof Date && ended <= at) return keyExpired(id, ended.getTime() / 1000);
  }
  return keyUnusable(id, 'no part of its key may sign', 'add a subkey that signs: gpg --quick-add-key FINGERPRINT default sign');
}
