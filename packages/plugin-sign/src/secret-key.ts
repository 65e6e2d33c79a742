import { readFileSync, statSync } from 'node:fs';
import type { Finding, KeyDefinition, KeyJob, OptionsKit, Secret } from '@provisioning-dist/core';
import { day, keyUnusable } from './errors.ts';

/** A private key as text: from a secret, or from a file whose permissions are looked at. */

export interface SecretKeyOptions {
  /** The private key. */
  readonly key?: Secret | undefined;
  /** Where `key` is read from, when it was given as a file. */
  readonly keyFile?: string | undefined;
  /** File with the public key: signatures are checked without the private one. */
  readonly publicKey?: string | undefined;
  readonly passphrase?: Secret | undefined;
}

type Schema<Value> = ReturnType<KeyDefinition<Value>['options']>;

export interface SecretKeyShape {
  readonly key: Schema<Secret | undefined>;
  readonly keyFile: Schema<string | undefined>;
  readonly publicKey: Schema<string | undefined>;
  readonly passphrase: Schema<Secret | undefined>;
}

export function secretKeyShape({ secret, path }: OptionsKit): SecretKeyShape {
  return {
    key: secret().optional().describe('The private key'),
    keyFile: path().optional().describe('File with the private key, instead of "key"'),
    publicKey: path().optional().describe('File with the public key: signatures are then checked without the private one'),
    passphrase: secret().optional().describe('What the private key is encrypted with'),
  };
}

/** The text of a key file is a secret like any other, so that it is never printed. */
export function withKeyFile<Options extends SecretKeyOptions>(options: Options, { secret }: OptionsKit): Options {
  return options.keyFile === undefined ? options : { ...options, key: secret().parse({ file: options.keyFile }) };
}

export async function keyText(job: Pick<KeyJob<SecretKeyOptions>, 'options' | 'id'>): Promise<string> {
  const { key } = job.options;
  if (!key) throw keyUnusable(job.id, 'it has neither "key" nor "keyFile"', 'write key: { env: NAME } or keyFile: PATH');
  return key.reveal();
}

/** Others on the machine can take the key. Windows has no such bits. */
export function keyFileFindings({ options: { keyFile }, id }: Pick<KeyJob<SecretKeyOptions>, 'options' | 'id'>): readonly Finding[] {
  if (keyFile === undefined || process.platform === 'win32') return [];
  const mode = statSync(keyFile, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0) return [];
  const message = `The key file "${keyFile}" has mode ${(mode & 0o777).toString(8)}: others can read it`;
  return [{ level: 'warning', code: 'key-readable', subject: `sign.${id}`, message, hint: 'chmod 600 it' }];
}

/** Time in which people should renew a key. */
const SOON = 30 * 86_400;

export function expiryFindings({ id, date }: Pick<KeyJob<unknown>, 'id' | 'date'>, expires: number | undefined): readonly Finding[] {
  if (expires === undefined || expires - date > SOON) return [];
  const message = `The key expires on ${day(expires)}, within 30 days of this release`;
  return [{ level: 'warning', code: 'key-expires', subject: `sign.${id}`, message, hint: 'renew it and publish its public half' }];
}

const PUBLIC_KEY_MAX = 1024 * 1024;

export function readPublicKey(id: string, file: string, what = 'public key'): Buffer {
  try {
    if (statSync(file).size > PUBLIC_KEY_MAX) throw keyUnusable(id, `"${file}" is larger than 1 MiB`);
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined || code === 'key-unusable' ? error : keyUnusable(id, `its ${what} "${file}" cannot be read (${code})`);
  }
}

/** Keeps what is expensive to make of options: keys are decrypted once in a run. */
export function oncePerOptions<Options extends object, Value>(
  make: (job: KeyJob<Options>) => Promise<Value>,
): (job: KeyJob<Options>) => Promise<Value> {
  const made = new WeakMap<Options, Promise<Value>>();
  return (job) => {
    const found = made.get(job.options) ?? make(job);
    made.set(job.options, found);
    return found;
  };
}
