import { createHash, randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DistError } from '@provisioning-dist/core';
import { brokenArchive, memberMissing, memberTwice, notAFile } from './errors.ts';
import type { KeptFile } from './kept.ts';
import type { Found } from './members.ts';
import type { Pick } from './request.ts';

export interface Destination {
  /** Exists; outputs are named in it. */
  readonly folder: string;
  /** What is read, for messages: `"downloads/tool.zip"`. */
  readonly source: string;
  readonly signal: AbortSignal;
}

interface Written {
  readonly temporary: string;
  readonly size: number;
  readonly sha256: string;
}

/** Writes the picked members into the folder: all of them under their names, or none. */
export async function extract(found: AsyncIterable<Found>, picks: readonly Pick[], into: Destination): Promise<readonly KeptFile[]> {
  const written = new Map<string, Written>();
  try {
    await writeWanted(found, new Set(picks.map((pick) => pick.path)), { written, into });
    return place(picks, written, into.folder);
  } finally {
    for (const { temporary } of written.values()) rmSync(temporary, { force: true });
  }
}

interface Work {
  readonly written: Map<string, Written>;
  readonly into: Destination;
}

async function writeWanted(found: AsyncIterable<Found>, wanted: ReadonlySet<string>, { written, into }: Work): Promise<void> {
  const seen: string[] = [];
  for await (const member of guarded(found, into.source)) {
    if (member.type === 'file') seen.push(member.path);
    if (!wanted.has(member.path)) continue;
    if (written.has(member.path)) throw memberTwice(member.path, into.source);
    if (member.type !== 'file') throw notAFile(member.path, into.source, member.type);
    written.set(member.path, await write(member, into));
  }
  for (const path of wanted) if (!written.has(path)) throw memberMissing(path, into.source, seen);
}

/** A member picked under two names is one file; outputs are references. */
function place(picks: readonly Pick[], written: ReadonlyMap<string, Written>, folder: string): readonly KeptFile[] {
  const names = new Map<string, string>();
  return picks.flatMap((pick) => {
    const member = written.get(pick.path);
    if (!member) return [];
    const file = names.get(pick.path) ?? pick.name;
    if (!names.has(pick.path)) renameSync(member.temporary, resolve(folder, file));
    names.set(pick.path, file);
    return [{ name: pick.name, file, size: member.size, sha256: member.sha256 }];
  });
}

async function write(member: Found, into: Destination): Promise<Written> {
  const temporary = resolve(into.folder, `.prebuilt-${randomUUID()}`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    const digest = await copy(member, file, into);
    await file.chmod(member.executable ? 0o755 : 0o644);
    return { temporary, ...digest };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function copy({ body }: Found, file: FileHandle, { signal, source }: Destination): Promise<Omit<Written, 'temporary'>> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of guarded(body, source)) {
    signal.throwIfAborted();
    hash.update(chunk);
    await file.writeFile(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

/** Names the source in what readers throw. */
async function* guarded<T>(items: AsyncIterable<T> | Iterable<T>, source: string): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (cause) {
    throw cause instanceof DistError ? cause : brokenArchive(source, cause);
  }
}
