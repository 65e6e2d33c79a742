import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, type ExecResult, type KeyJob, type OpenPgpOptions, type SignedData } from '@provisioning-dist/core';
import { keyUnusable, wrongPassphrase } from '../errors.ts';
import { oncePerOptions } from '../secret-key.ts';
import type { GpgOptions, GpgProgram } from './options.ts';
import { parsePublic, type SigningKey, signingPart } from './read-key.ts';

/** Signatures by the user's own gpg. The passphrase goes in by standard input; the clock is the release's. */

type GpgJob = KeyJob<GpgOptions>;

/** The public half, as gpg exports it, and the part of it that signs. */
export const programKey: (job: GpgJob) => Promise<SigningKey> = oncePerOptions(async (job) => {
  const fingerprint = await secretFingerprint(job);
  const { stdout } = await gpg(job, ['--armor', '--export', fingerprint]);
  return signingPart(job, await parsePublic(job.id, Buffer.from(stdout)));
});

export async function signByProgram(job: GpgJob, path: string, options: OpenPgpOptions): Promise<Uint8Array> {
  const { part, at } = await programKey(job);
  const output = join(job.tmp(), 'signature');
  const how = options.form === 'clear' ? ['--clear-sign'] : ['--detach-sign', ...(options.armor ? ['--armor'] : [])];
  const { digest } = job.options;
  // gpg takes a local time; the "!" after it stops the clock, the one after the fingerprint keeps gpg from choosing another subkey
  const clock = ['--faked-system-time', `${stamp(at)}!`, '--ignore-time-conflict'];
  const signer = ['--local-user', `${part.getFingerprint().toUpperCase()}!`];
  const text = ['--no-emit-version', '--no-comments', '--digest-algo', digest.toUpperCase()];
  await gpg(job, [...clock, ...signer, ...text, '--yes', '--output', output, ...how, '--', path]);
  return readFileSync(output);
}

export async function signBytesByProgram(job: GpgJob, data: SignedData, options: OpenPgpOptions): Promise<Uint8Array> {
  const path = join(job.tmp(), 'data');
  writeFileSync(path, '', { mode: 0o600 });
  for (const piece of data instanceof Uint8Array ? [data] : data) appendFileSync(path, piece);
  return signByProgram(job, path, options);
}

/** `20231114T221320`, which gpg takes for UTC. */
function stamp(at: Date): string {
  return at.toISOString().replace(/[-:]|\..*$/g, '');
}

/** Of the secret key gpg would sign with. */
async function secretFingerprint(job: GpgJob): Promise<string> {
  const { keyId } = programOf(job);
  const stdout = await secretKeys(job, keyId);
  // gnupg doc/DETAILS: the "fpr" record after a "sec" one is that key's
  const found = [...stdout.matchAll(/^sec:.*\n(?:(?!sec:|ssb:).*\n)*?fpr:(?:[^:]*:){8}([0-9A-F]{40}):/gm)].map(
    ([, fingerprint]) => fingerprint ?? '',
  );
  const [first, ...others] = found;
  if (first === undefined)
    throw keyUnusable(job.id, `gpg has no secret key${keyId === undefined ? '' : ` "${keyId}"`}`, 'gpg --list-secret-keys shows what it has');
  if (others.length > 0)
    throw keyUnusable(job.id, `gpg has ${found.length} secret keys it could be`, 'name one by its fingerprint: command: { keyId: … }');
  return first;
}

/** gpg fails where it knows no key of the name. */
async function secretKeys(job: GpgJob, keyId: string | undefined): Promise<string> {
  try {
    return (await gpg(job, ['--with-colons', '--list-secret-keys', ...(keyId === undefined ? [] : ['--', keyId])])).stdout;
  } catch (error) {
    if (error instanceof DistError && /no secret key/i.test(error.message)) return '';
    throw error;
  }
}

async function gpg(job: GpgJob, args: readonly string[]): Promise<ExecResult> {
  const { program, home } = programOf(job);
  const { passphrase } = job.options;
  const own = home === undefined ? [] : ['--homedir', home];
  const secret = passphrase ? ['--pinentry-mode', 'loopback', '--passphrase-fd', '0'] : [];
  const folder = process.env.GNUPGHOME;
  try {
    return await job.exec([program, '--batch', '--no-tty', ...own, ...secret, ...args], {
      ...(passphrase && { input: `${await passphrase.reveal()}\n` }),
      // gettext: before LC_ALL, and without a change of the charset; its words are looked at below
      env: { LANGUAGE: 'en', ...(folder && { GNUPGHOME: folder }) },
    });
  } catch (error) {
    if (error instanceof DistError && /bad passphrase/i.test(error.message)) throw wrongPassphrase(job.id);
    throw error;
  }
}

function programOf({ options: { command }, id }: GpgJob): GpgProgram {
  if (!command) throw keyUnusable(id, 'it has no "command"');
  return command;
}
