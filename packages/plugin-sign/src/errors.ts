import { DistError, EXIT } from '@provisioning-dist/core';

/** What goes wrong with keys. None of these texts may hold a part of a key: what a library says is not passed on. */

/** The key is not there, not readable, or not one of its type. */
export function keyUnusable(id: string, state: string, hint?: string): DistError {
  return problem('key-unusable', `Cannot sign with "${id}": ${state}`, hint);
}

export function wrongPassphrase(id: string): DistError {
  return problem('key-passphrase', `Cannot sign with "${id}": the passphrase does not open its key`, 'check the secret under "passphrase"');
}

export function noPassphrase(id: string): DistError {
  return problem('key-passphrase', `Cannot sign with "${id}": its key is encrypted and there is no "passphrase"`, 'add passphrase: { env: NAME }');
}

export function keyExpired(id: string, date: number): DistError {
  return problem('key-expired', `Cannot sign with "${id}": its key has expired on ${day(date)}`, 'extend it, or sign with another key');
}

/** The signature is not this key's, or not over this file. */
export function badSignature(id: string, name: string, state: string): DistError {
  return new DistError('signature-wrong', `Cannot accept the signature of "${id}" over "${name}": ${state}`, {
    hint: 'sign it again with "provisioning-dist sign"',
  });
}

/** `limit` in GiB. */
export function tooLarge(id: string, name: string, limit: number): DistError {
  return new DistError('sign-too-large', `Cannot sign "${name}" with "${id}": it is larger than ${limit} GiB, and the key signs in memory`, {
    hint: 'choose smaller files with "artifacts", or another kind of key',
  });
}

/** UTC. */
export function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function problem(code: string, message: string, hint: string | undefined): DistError {
  return new DistError(code, message, { exit: EXIT.preflight, ...(hint === undefined ? {} : { hint }) });
}
