import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ContentStore, gzip, type MarkResult, type Member, type Part, type Parts, type SegmentRef, tar } from '../src/index.ts';

/** Folders of a test, removed by `removeFolders`. */
const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'payload-test-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Bytes that compress to about half; the same for the same seed. */
export function someBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = Math.imul(seed, 2654435761) | 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = (at >> 6) % 2 === 0 ? state & 0xff : 0x20 + (at % 7);
  }
  return bytes;
}

/** Writes a file and describes it as a member. */
export function fileIn(folder: string, path: string, bytes: Uint8Array): Member & { readonly type: 'file' } {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return { type: 'file', path, mode: 0o644, size: bytes.length, source: { file, size: bytes.length, mtimeMs: statSync(file).mtimeMs } };
}

const MARK: MarkResult = { position: 0, digests: {} };

/** What a driver makes of parts without patches; marks are answered, but not with the truth. */
export async function assemble(parts: Parts, store: ContentStore): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const iterator = parts[Symbol.iterator]();
  for (let step = iterator.next(MARK); !step.done; step = iterator.next(MARK)) await resolve(step.value, store, pieces);
  return Buffer.concat(pieces);
}

async function resolve(part: Part, store: ContentStore, pieces: Buffer[]): Promise<void> {
  const take = (bytes: Uint8Array) => pieces.push(Buffer.from(bytes));
  if (part instanceof Uint8Array) take(part);
  else if ('run' in part) await encodeRun(part, store, take);
  else if ('stream' in part) await store.stream(part, take);
  else if ('sha256' in part) await copySegment(part, store, take);
  else if ('mark' in part || 'ask' in part) return;
  else throw new Error(`Cannot resolve a part of ${Object.keys(part)}`);
}

async function encodeRun(part: Extract<Part, { readonly run: Uint8Array }>, store: ContentStore, take: (bytes: Uint8Array) => void): Promise<void> {
  const encoded = await store.encode(part.run, part.codec, part.level);
  take(encoded);
  part.seen?.(encoded);
  part.settled?.(encoded.length);
}

async function copySegment(part: SegmentRef, store: ContentStore, take: (bytes: Uint8Array) => void): Promise<void> {
  await store.copy(part, (bytes) => {
    take(bytes);
    part.seen?.(bytes);
  });
}

export async function tarGz(members: readonly Member[], store: ContentStore): Promise<Buffer> {
  await store.prepare(members, { codec: 'deflate' });
  return await assemble(gzip(tar(members, store, { dialect: 'pax', mtime: 0 }), store), store);
}

/** Files of a cache folder that end so, absolute. */
export function filesIn(folder: string, end: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => join(folder, name));
}
