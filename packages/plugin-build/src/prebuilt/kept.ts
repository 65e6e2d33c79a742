import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BuildOutput } from '@provisioning-dist/core';

/** An output left in the build folder by an earlier run or this one. */
export interface KeptFile {
  /** Output name. */
  readonly name: string;
  /** File in the build folder. */
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
}

const READ_SIZE = 256 * 1024;

/** What an earlier run took from the same source, if every byte of it is still there. */
export async function recall(folder: string, key: readonly unknown[]): Promise<readonly BuildOutput[] | undefined> {
  const files = readRecord(recordPath(folder, key));
  if (!files) return undefined;
  for (const file of files) if (!(await intact(folder, file))) return undefined;
  return outputs(folder, files);
}

/** Writes down what was taken, beside it. */
export function remember(folder: string, key: readonly unknown[], files: readonly KeptFile[]): readonly BuildOutput[] {
  const path = recordPath(folder, key);
  writeFileSync(`${path}.new`, `${JSON.stringify(files, undefined, 1)}\n`);
  renameSync(`${path}.new`, path);
  return outputs(folder, files);
}

/** Lower-case hex sha256 of a file. */
export async function sha256Of(path: string): Promise<string> {
  return (await digestOf(path, 'sha256')).toString('hex');
}

export async function digestOf(path: string, algorithm: string): Promise<Buffer> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: READ_SIZE })) hash.update(chunk as Buffer);
  return hash.digest();
}

function outputs(folder: string, files: readonly KeptFile[]): readonly BuildOutput[] {
  return files.map(({ name, file }) => ({ name, file: resolve(folder, file) }));
}

function recordPath(folder: string, key: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex');
  return resolve(folder, `.prebuilt-${digest.slice(0, 32)}.json`);
}

async function intact(folder: string, { file, size, sha256 }: KeptFile): Promise<boolean> {
  const path = resolve(folder, file);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === size && (await sha256Of(path)) === sha256;
}

/** A record that cannot be read, or says something else, is none: the source is taken again. */
function readRecord(path: string): readonly KeptFile[] | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const files: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(files) && files.length > 0 && files.every(isKept) ? files : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is KeptFile {
  const { name, file, size, sha256 } = (value ?? {}) as Partial<Record<keyof KeptFile, unknown>>;
  const plain = (text: unknown) => typeof text === 'string' && text !== '' && !/[/\\]/.test(text) && text !== '.' && text !== '..';
  return plain(name) && plain(file) && typeof size === 'number' && typeof sha256 === 'string';
}
