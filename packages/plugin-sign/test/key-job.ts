import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DistError, type Http, type KeyDefinition, type KeyJob, type OptionsKit, type Secret, type SignedFile } from '@provisioning-dist/core';
import { after, before } from 'mocha';
import { z } from 'zod';

/** Handlers of keys called without a release around them. */

/** 2023-11-14T22:13:20Z */
export const DATE = 1_700_000_000;

export function secret(value: string): Secret {
  return { source: 'test', reveal: async () => value, toJSON: () => '***' };
}

/** Secrets in raw options are written as they are, or as `{ file }` or `{ env }`. */
const kit = {
  z: { ...z, object: z.strictObject },
  secret: () =>
    z.custom<Secret | { readonly file: string } | { readonly env: string }>(isReference).transform((value) => {
      if ('env' in value) return fromEnv(value.env);
      return 'file' in value ? secret(readFileSync(value.file, 'utf8')) : value;
    }),
  duration: () => z.string().transform(() => 60_000),
  path: () => z.string().transform((path) => resolve(path)),
} as unknown as OptionsKit;

function isReference(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('reveal' in value || 'file' in value || 'env' in value);
}

function fromEnv(name: string): Secret {
  const value = process.env[name];
  const reveal = async () =>
    value ?? Promise.reject(new DistError('secret-missing', `Cannot read the secret "env ${name}": the variable is not set`));
  return { source: `env ${name}`, reveal, toJSON: () => '***' };
}

export function parse<Options>(key: KeyDefinition<Options>, raw: object): Options {
  return key.options(kit).parse(raw);
}

export interface Bench {
  readonly folder: () => string;
  /** Writes a file and describes it as core does. */
  readonly file: (name: string, bytes: string | Uint8Array) => SignedFile;
  readonly job: <Options>(key: KeyDefinition<Options>, raw: object, more?: Partial<KeyJob<Options>>) => KeyJob<Options>;
}

/** A folder for the tests around it, removed after them. */
export function bench(): Bench {
  let folder = '';
  let count = 0;
  before('makes a folder', () => {
    folder = mkdtempSync(join(tmpdir(), 'sign-'));
  });
  after('removes the folder', () => rmSync(folder, { recursive: true, force: true }));
  return {
    folder: () => folder,
    file: (name, bytes) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return { name, path, size: statSync(path).size, sha256: createHash('sha256').update(bytes).digest('hex') };
    },
    job: (key, raw, more = {}) => ({
      release: { product: 'acme', name: 'acme', version: '1.2.3', snapshot: false, date: DATE },
      options: parse(key, raw),
      id: 'release',
      date: DATE,
      signal: new AbortController().signal,
      log: { info: () => {}, warn: () => {}, debug: () => {} },
      tmp: () => mkdtempSync(join(folder, `tmp-${count++}-`)),
      http: (() => Promise.reject(new Error('no network in tests'))) as Http,
      exec: (argv, { env, input } = {}) => run(argv, { env: { PATH: process.env.PATH ?? '', HOME: folder, ...env }, input }),
      ...more,
    }),
  };
}

function run(
  [program, ...args]: readonly [string, ...string[]],
  { env, input }: { readonly env: Record<string, string>; readonly input: string | Uint8Array | undefined },
) {
  return new Promise<{ stdout: string; stderr: string }>((done, fail) => {
    const child = execFile(program, args, { env }, (error, stdout, stderr) =>
      error ? fail(new DistError('program-failed', `Cannot run ${program}: ${stderr}`)) : done({ stdout, stderr }),
    );
    child.stdin?.end(input ?? '');
  });
}

/** Code and message of what a promise is rejected with. */
export async function refusal(promise: Promise<unknown> | undefined): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof DistError ? `${error.code}: ${error.message}` : `no DistError: ${error}`;
  }
  throw new Error('Nothing was refused');
}
