import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { KeyJob, SignedData, SignedFile } from '@provisioning-dist/core';
import type { Key, PartialConfig, PrivateKey } from 'openpgp';
import { badSignature, keyUnusable } from '../errors.ts';
import { openpgp } from './library.ts';
import type { GpgOptions } from './options.ts';
import type { SigningKey } from './read-key.ts';

/** Signatures with a key of our own: version 4, RSA and EdDSA the same bytes every time. */

/** What is signed: bytes, or pieces or a file too large to hold. */
export type Signed = SignedData | { readonly path: string };

export async function signDetached(
  signer: SigningKey<PrivateKey>,
  signed: Signed,
  options: Pick<GpgOptions, 'digest' | 'armor'>,
): Promise<Uint8Array> {
  const { createMessage, sign } = await openpgp();
  const message = await createMessage({ binary: messageOf(signed), format: 'binary' });
  const common = { message, detached: true, ...(await callOf(signer, options.digest)) } as const;
  return bytesOf(options.armor ? await sign({ ...common, format: 'armored' }) : await sign({ ...common, format: 'binary' }));
}

/** RFC 9580 7: the text with its signature below. */
export async function signClear(job: KeyJob<GpgOptions>, signer: SigningKey<PrivateKey>, bytes: Uint8Array): Promise<Uint8Array> {
  const { createCleartextMessage, sign } = await openpgp();
  const message = await createCleartextMessage({ text: clearText(job.id, bytes) });
  return bytesOf(await sign({ message, ...(await callOf(signer, job.options.digest)), format: 'armored' }));
}

/** Trailing blanks are not part of what is signed: a reader of such a text would get other bytes than were signed. */
export function clearText(id: string, bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw keyUnusable(id, 'a clear signature is for UTF-8 text, and this is none');
  if (/[ \t\r]$/m.test(text)) throw keyUnusable(id, 'a line of the text to sign in the clear ends with a blank');
  // 7.1: the end of the last line belongs to the frame; readers put it back
  return text.replace(/\n$/, '');
}

/** Throws unless the signature is the key's and over exactly this. */
export async function verifyDetached(
  verifier: SigningKey,
  signature: Uint8Array,
  about: { readonly id: string; readonly file: Pick<SignedFile, 'name' | 'path'> },
): Promise<void> {
  const { createMessage, readSignature, verify } = await openpgp();
  const { id, file } = about;
  const text = Buffer.from(signature).toString('latin1');
  const parsed = await (text.startsWith('-----BEGIN')
    ? readSignature({ armoredSignature: text })
    : readSignature({ binarySignature: signature })
  ).catch(() => undefined);
  const created = parsed?.packets[0]?.created;
  if (!parsed || !created) throw badSignature(id, file.name, 'it is no OpenPGP signature');
  const message = await createMessage({ binary: streamOf(file.path), format: 'binary' });
  const config = await configOf('sha256');
  // expiry is looked at when something is signed: an old release stays as good as it was
  const result = await verify({ message, signature: parsed, verificationKeys: verifier.key, date: created, format: 'binary', config });
  await drained(result.data);
  const [first, ...others] = result.signatures;
  const problem = first && others.length === 0 ? await first.verified.then(() => undefined, stateOf) : 'it holds more than one signature';
  if (problem !== undefined) throw badSignature(id, file.name, problem);
}

function stateOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  return /could not find signing key/i.test(text) ? 'another key made it' : 'it does not fit the file';
}

async function callOf({ key, part, at }: SigningKey<PrivateKey>, digest: GpgOptions['digest']) {
  return { signingKeys: key, signingKeyIDs: part.getKeyID(), date: at, config: await configOf(digest) };
}

/** The salt notation makes every signature another one; version 4 signatures need none. */
async function configOf(digest: GpgOptions['digest']): Promise<PartialConfig> {
  const { enums } = await openpgp();
  return {
    nonDeterministicSignaturesViaNotation: false,
    preferredHashAlgorithm: enums.hash[digest],
    showVersion: false,
    showComment: false,
    commentString: '',
    versionString: '',
  };
}

export function exportPublic(key: Key): Uint8Array {
  return Buffer.from(key.toPublic().armor().replaceAll('\r\n', '\n'));
}

function messageOf(signed: Signed): Uint8Array | ReadableStream<Uint8Array<ArrayBuffer>> {
  if (signed instanceof Uint8Array) return signed;
  return 'path' in signed ? streamOf(signed.path) : (ReadableStream.from(signed) as ReadableStream<Uint8Array<ArrayBuffer>>);
}

function streamOf(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return Readable.toWeb(createReadStream(path, { highWaterMark: 1024 * 1024 })) as ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** The check goes on as the data is read. The library replaces the methods of the stream it has cloned, not its iterator. */
async function drained(data: unknown): Promise<void> {
  const reader = (data as ReadableStream<Uint8Array>).getReader();
  for (let step = await reader.read(); !step.done; ) step = await reader.read();
}

/** Of what was streamed in the library gives a stream. Text has CR LF in places; LF is what gpg writes. */
async function bytesOf(data: unknown): Promise<Uint8Array> {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return Buffer.from(data.replaceAll('\r\n', '\n'));
  const pieces: (string | Uint8Array)[] = [];
  for await (const piece of data as AsyncIterable<string | Uint8Array>) pieces.push(piece);
  const isText = typeof pieces[0] === 'string';
  return isText ? bytesOf(pieces.join('')) : Buffer.concat(pieces as Uint8Array[]);
}
