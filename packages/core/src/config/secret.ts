import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { inspect } from 'node:util';
import type { DistError } from '../errors.ts';
import type { Secret } from '../plugin.ts';
import { quote, secretMissing } from './errors.ts';
import { fileState } from './read-text.ts';

/** Where a secret is, as written in the configuration. */
export type SecretReference = { readonly env: string } | { readonly file: string } | { readonly cmd: readonly [string, ...string[]] };

export interface SecretContext {
  readonly env: NodeJS.ProcessEnv;
  /** Folder of relative files and working directory of commands. */
  readonly root: string;
  /** Told every value the moment it is known, so that the redactor has it first. */
  readonly onValue: (value: string) => void;
}

/** The secret of a reference; the same one for the same reference. */
export type SecretReader = (reference: SecretReference) => Secret;

const MAX_BYTES = 64 * 1024;
const COMMAND_TIMEOUT = 60_000;

function isCommand(value: unknown): value is readonly [string, ...string[]] {
  return Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string') && value[0] !== '';
}

/** Whether a value has the shape of a reference: exactly one of the keys `env`, `file` and `cmd`. */
export function isSecretReference(value: unknown): value is SecretReference {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [pair, second] = Object.entries(value);
  if (!pair || second) return false;
  const [key, where] = pair;
  return key === 'cmd' ? isCommand(where) : (key === 'env' || key === 'file') && typeof where === 'string' && where !== '';
}

/** For messages. Of a command only the program: arguments may be confidential. */
function sourceOf(reference: SecretReference): string {
  if ('env' in reference) return `env ${reference.env}`;
  return 'file' in reference ? `file ${reference.file}` : `cmd ${reference.cmd[0]}`;
}

/** Editors and `op read` end the value with a line feed that is not part of it. */
function withoutLastNewline(value: string): string {
  return value.replace(/\r?\n$/, '');
}

function readEnv(name: string, env: NodeJS.ProcessEnv): string | DistError {
  const value = env[name];
  if (value) return value;
  // CI systems hand an unset secret over as an empty variable
  return secretMissing(`env ${name}`, value === undefined ? 'the variable is not set' : 'the variable is empty', `set ${name} in the environment`);
}

function readFile(file: string, root: string): string | DistError {
  const source = `file ${file}`;
  const path = isAbsolute(file) ? file : join(root, file);
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return secretMissing(source, 'it is not a regular file', 'name a file that holds the secret alone');
    if (stat.size > MAX_BYTES) return secretMissing(source, 'it is larger than 64 KiB', 'name a file that holds the secret alone');
    const value = withoutLastNewline(readFileSync(path, 'utf8'));
    return value === '' ? secretMissing(source, 'the file is empty', `write the secret into ${file}`) : value;
  } catch (error) {
    return secretMissing(source, fileState(error), `make ${quote(path)} readable`);
  }
}

async function runCommand(argv: readonly [string, ...string[]], context: SecretContext): Promise<string> {
  const { execa } = await import('execa');
  const [program, ...args] = argv;
  const options = {
    cwd: context.root,
    env: context.env,
    extendEnv: false,
    stdin: 'ignore',
    timeout: COMMAND_TIMEOUT,
    maxBuffer: MAX_BYTES,
    reject: false,
  } as const;
  const result = await execa(program, args, options);
  // the library's error quotes output, which may hold the secret: only its state is passed on
  if (result.failed) throw secretMissing(`cmd ${program}`, commandState(result), 'run the command by hand and sign in to what it asks');
  const value = withoutLastNewline(result.stdout);
  if (value === '') throw secretMissing(`cmd ${program}`, 'it printed nothing', 'the command must print the secret alone');
  return value;
}

function commandState(result: { timedOut: boolean; isMaxBuffer: boolean; exitCode?: number | undefined; code?: string | undefined }): string {
  if (result.timedOut) return `it did not end within ${COMMAND_TIMEOUT / 1000} seconds`;
  if (result.isMaxBuffer) return 'it printed more than 64 KiB';
  if (result.code === 'ENOENT') return 'no such program on PATH';
  return result.exitCode === undefined ? `it could not be run (${result.code ?? 'killed'})` : `it exited with ${result.exitCode}`;
}

/** Values that can be had without running anything. */
function readNow(reference: SecretReference, context: SecretContext): string | DistError | undefined {
  if ('env' in reference) return readEnv(reference.env, context.env);
  return 'file' in reference ? readFile(reference.file, context.root) : undefined;
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * A secret that prints as `***`. Variables and files are read here, once, so that the redactor knows them from load; a missing one is an error
 * only when it is revealed. Commands run at the first reveal.
 */
export function createSecret(reference: SecretReference, context: SecretContext): Secret {
  const found = readNow(reference, context);
  if (typeof found === 'string') context.onValue(found);
  const reveal = lazily(async () => {
    if (typeof found === 'string') return found;
    if (found) throw found;
    const value = 'cmd' in reference ? await runCommand(reference.cmd, context) : '';
    context.onValue(value);
    return value;
  });
  return Object.freeze({ source: sourceOf(reference), reveal, toJSON: mask, toString: mask, [inspect.custom]: mask });
}

/** Reads each reference once, so that a command is not run for every place that names it. */
export function secretReader(context: SecretContext): SecretReader {
  const known = new Map<string, Secret>();
  return (reference) => {
    const key = JSON.stringify(reference);
    const secret = known.get(key) ?? createSecret(reference, context);
    known.set(key, secret);
    return secret;
  };
}

function mask(): '***' {
  return '***';
}
