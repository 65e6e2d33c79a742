import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DistError, defineKey, type Finding, type KeyDefinition, type KeyInfo, type KeyJob, type SignedFile } from '@provisioning-dist/core';
import { badSignature } from '../errors.ts';
import { readPublicKey } from '../secret-key.ts';
import { type CommandOptions, commandOptions, filled } from './options.ts';
import { isThere } from './program.ts';

/** Any program that signs files. Secrets reach it by environment and standard input, never by argument. */

type CommandJob = KeyJob<CommandOptions>;

export const command: KeyDefinition<CommandOptions> = defineKey({
  options: commandOptions,
  preflight: async (job) => {
    const env = { ...process.env, ...(await environment(job)) };
    await job.options.stdin?.reveal();
    const programs = new Set([job.options.sign[0], job.options.verify[0]]);
    return [...programs].filter((program) => !isThere(program, env)).map((program) => missing(job, program));
  },
  info: async (job) => infoOf(job),
  detached: { suffix: ({ suffix }) => suffix, sign: signFile, verify: verifyFile },
});

const LARGEST = 1024 * 1024;

function missing({ id }: CommandJob, program: string): Finding {
  const message = `Cannot run "${program}": there is no such program`;
  return { level: 'error', code: 'program-missing', subject: `sign.${id}`, message, hint: `install ${program} or put it on PATH` };
}

async function signFile(job: CommandJob, file: SignedFile): Promise<Uint8Array> {
  const { sign, stdin, timeout } = job.options;
  const signature = join(job.tmp(), `signature${job.options.suffix}`);
  const input = stdin && { input: await stdin.reveal() };
  await job.exec(filled(sign, { file: file.path, signature, name: file.name }), { env: await environment(job), timeout, ...input });
  const stats = lstatSync(signature, { throwIfNoEntry: false });
  if (stats?.isFile() && stats.size > 0 && stats.size <= LARGEST) return readFileSync(signature);
  const state = stats ? `it wrote ${stats.isFile() ? `${stats.size} bytes` : 'no plain file'}` : 'it wrote nothing';
  throw new DistError('program-unsigned', `Cannot sign "${file.name}" with "${job.id}": ${sign[0]} ended well, but ${state}`, {
    hint: 'it must write the file its argument {signature} names',
  });
}

async function verifyFile(job: CommandJob, file: SignedFile, bytes: Uint8Array): Promise<void> {
  const { verify, suffix, timeout } = job.options;
  const signature = join(job.tmp(), `signature${suffix}`);
  writeFileSync(signature, bytes);
  try {
    await job.exec(filled(verify, { file: file.path, signature, name: file.name }), { env: await environment(job), timeout });
  } catch (error) {
    if (!(error instanceof DistError) || error.code !== 'program-failed') throw error;
    throw badSignature(job.id, file.name, error.message);
  }
}

async function environment({ options: { env } }: CommandJob): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(Object.entries(env).map(async ([name, value]) => [name, await value.reveal()] as const)));
}

/** Which key a program signs with is known to it alone: its public half, or else its arguments, stand for it. */
function infoOf({ id, options: { publicKey, sign } }: CommandJob): KeyInfo {
  const bytes = publicKey === undefined ? undefined : readPublicKey(id, publicKey);
  const fingerprint = createHash('sha256')
    .update(bytes ?? JSON.stringify(sign))
    .digest('hex');
  const ext = publicKey === undefined ? '' : extname(publicKey).slice(1) || 'pub';
  return { id: fingerprint, algorithm: 'program', ...(bytes && { publicKey: { ext, bytes } }) };
}
