import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Body, PreconditionFailed, type Stat, type Storage, type StoredObject } from '@provisioning-dist/storage';
import { otherBytes } from './errors.ts';

/** Layout artifacts: a folder here, objects below one key there. */

export interface TreeMember {
  readonly path: string;
  readonly body: Body;
}

/** Files and links of a folder. Folders without any are not published: objects have no folders. */
export function readTree(folder: string, base = ''): readonly TreeMember[] {
  const names = readdirSync(join(folder, base)).sort();
  return names.flatMap((name) => readMember(folder, base === '' ? name : `${base}/${name}`));
}

function readMember(folder: string, path: string): readonly TreeMember[] {
  const file = join(folder, path);
  const stats = lstatSync(file);
  if (stats.isDirectory()) return readTree(folder, path);
  if (stats.isSymbolicLink()) return [{ path, body: { symlink: readlinkSync(file) } }];
  return [{ path, body: { path: file, size: stats.size, mode: stats.mode & 0o777 } }];
}

/** A layout's digest: of its `sha256sum` lines, sorted. Undefined when nothing is there. */
export async function treeDigest(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const lines: string[] = [];
  for await (const object of storage.list(`${key}/`, { signal })) {
    if (object.symlink === undefined) lines.push(`${await digestOf(storage, object, signal)}  ${object.key.slice(key.length + 1)}\n`);
  }
  return lines.length === 0 ? undefined : createHash('sha256').update(lines.sort().join('')).digest('hex');
}

/** The content's digest; read where the place does not know it. */
export async function digestOf(storage: Storage, { key, sha256, symlink }: StoredObject, signal: AbortSignal): Promise<string | undefined> {
  if (symlink !== undefined) return linkPrint(symlink);
  return sha256 ?? (await storage.stat(key, { signal }))?.sha256 ?? (await contentDigest(storage, key, signal));
}

/** Of the bytes that are read, whatever the place says of them. */
export async function contentDigest(storage: Storage, key: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await storage.get(key, { signal });
  return found && createHash('sha256').update(found.bytes).digest('hex');
}

export async function removeTree(storage: Storage, key: string, signal: AbortSignal): Promise<void> {
  const keys: string[] = [];
  for await (const object of storage.list(`${key}/`, { signal })) keys.push(object.key);
  for (const one of keys) await storage.delete(one, { signal });
}

/** Creates the object; one with the same content is as good. */
export async function putSame(storage: Storage, key: string, body: Body, signal: AbortSignal): Promise<void> {
  try {
    await storage.putIf(key, body, 'absent', { signal });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    await expectSame(storage, key, { body, found: error.found }, signal);
  }
}

interface Clash {
  readonly body: Body;
  readonly found: Stat | undefined;
}

async function expectSame(storage: Storage, key: string, { body, found }: Clash, signal: AbortSignal): Promise<void> {
  const wanted = await fingerprint(body);
  const there = found && (await digestOf(storage, { key, ...found }, signal));
  if (there !== wanted) throw otherBytes(key, there, wanted);
}

async function fingerprint(body: Body): Promise<string> {
  if ('symlink' in body) return linkPrint(body.symlink);
  if (!('path' in body)) return createHash('sha256').update(body).digest('hex');
  return body.sha256 ?? (await fileDigest(body.path));
}

/** Of no use as a digest, so that a link and a file never look alike. */
function linkPrint(target: string): string {
  return `link to ${target}`;
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
