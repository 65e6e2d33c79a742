import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { cannotStore, systemCode } from '../content-error.ts';
import { type Block, type Segment, segmentKey } from '../segment.ts';
import { formatLine, INDEX_HEADER, parseIndex } from './catalogue.ts';
import { Pack } from './pack.ts';

/** The folder's version: packs of another layout live in another folder. */
const VERSION = 'v1';

/** More packs than this cost more to open than the oldest one saves. */
const PACKS_MAX = 64;

/** What may be lost to a kill -9: encoded bytes whose lines are not yet in the index. */
const UNLISTED_MAX = 4 * 1024 * 1024;

export interface CacheOptions {
  readonly dir?: string | undefined;
  /** Bytes all packs together may have. */
  readonly limit: number;
  readonly notice: (text: string) => void;
}

/**
 * Segments of this run and, with a folder, of earlier ones. Each process appends to a pack and an index of its own, so processes
 * need no lock; whatever a crash leaves is found out by the checksums. Without a usable folder a private one serves this run.
 */
export class Cache {
  readonly #folder: string | undefined;
  readonly #notice: (text: string) => void;
  readonly #segments = new Map<string, Segment>();
  readonly #heads = new Set<string>();
  readonly #packs = new Map<string, Pack>();
  readonly #used = new Set<Pack>();
  #temporary: string | undefined;
  #own: Pack | undefined;
  #lines: string[] = [];
  #unlisted = 0;
  #closed = false;

  constructor({ dir, limit, notice }: CacheOptions) {
    this.#notice = notice;
    this.#folder = dir === undefined ? undefined : this.#openFolder(join(dir, VERSION), limit);
  }

  /** The cache's folder, while it can be used. */
  get folder(): string | undefined {
    return this.#folder;
  }

  find(sha256: string, coding: string): Segment | undefined {
    const segment = this.#segments.get(segmentKey(sha256, coding));
    for (const block of segment?.blocks ?? []) this.#used.add(block.pack);
    return segment;
  }

  /** Whether a content of this length and head was seen in this coding. */
  isLikely(length: number, head: number, coding: string): boolean {
    return this.#heads.has(headKey(length, head, coding));
  }

  /** Says that a content is about to be kept. */
  expect(length: number, head: number, coding: string): void {
    this.#heads.add(headKey(length, head, coding));
  }

  /** Adds an encoded block to this process's pack. */
  keep(encoded: Uint8Array): Block {
    const pack = this.#ownPack();
    const crc = crc32(encoded);
    try {
      return { pack, offset: pack.append(encoded), length: encoded.length, crc };
    } catch (error) {
      if (this.#temporary) throw cannotStore(pack.path, error);
      this.#degrade(pack.path, error);
      return this.keep(encoded);
    }
  }

  add(segment: Segment): void {
    this.#remember(segment);
    if (this.#closed || this.#temporary || !segment.blocks.every((block) => block.pack === this.#own)) return;
    this.#lines.push(formatLine(segment));
    this.#unlisted += segment.encodedLength;
    if (this.#unlisted >= UNLISTED_MAX) this.flush();
  }

  /** Drops a segment whose bytes are damaged. */
  forget(segment: Segment): void {
    this.#segments.delete(segmentKey(segment.sha256, segment.coding));
  }

  /** Writes what is gathered: blocks first, then the lines that describe them. */
  flush(): void {
    const pack = this.#own;
    if (!pack || this.#temporary || this.#lines.length === 0) return;
    try {
      pack.flush();
      appendFileSync(indexPath(pack.path), this.#lines.join(''));
      this.#lines = [];
      this.#unlisted = 0;
    } catch (error) {
      this.#degrade(pack.path, error);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    for (const pack of this.#used) touch(indexPath(pack.path));
    for (const pack of this.#packs.values()) pack.close();
    if (this.#temporary) rmSync(this.#temporary, { recursive: true, force: true });
  }

  #remember(segment: Segment): void {
    this.#segments.set(segmentKey(segment.sha256, segment.coding), segment);
    this.#heads.add(headKey(segment.length, segment.head, segment.coding));
  }

  #ownPack(): Pack {
    if (this.#own) return this.#own;
    if (!this.#folder) return this.#temporaryPack();
    const path = join(this.#folder, `${packName()}.pack`);
    try {
      this.#own = Pack.create(path);
      appendFileSync(indexPath(path), INDEX_HEADER, { mode: 0o600 });
      this.#packs.set(path, this.#own);
      return this.#own;
    } catch (error) {
      this.#degrade(path, error);
      return this.#ownPack();
    }
  }

  /** From here on new blocks go to a private folder; what the cache holds can still be read. */
  #degrade(path: string, error: unknown): void {
    this.#notice(`The content cache is not used for new content: ${path}: ${systemCode(error) ?? String(error)}`);
    this.#own = undefined;
    this.#lines = [];
    this.#temporaryPack();
  }

  #temporaryPack(): Pack {
    const folder = join(tmpdir(), 'provisioning-dist-');
    try {
      this.#temporary ??= mkdtempSync(folder);
      const path = join(this.#temporary, 'content.pack');
      this.#own = Pack.create(path);
      this.#packs.set(path, this.#own);
      return this.#own;
    } catch (error) {
      throw cannotStore(folder, error);
    }
  }

  #openFolder(folder: string, limit: number): string | undefined {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const { path } of evict(listPacks(folder), limit)) this.#load(path);
      return folder;
    } catch (error) {
      this.#notice(`The content cache cannot be used: ${folder}: ${systemCode(error) ?? String(error)}`);
      return undefined;
    }
  }

  #load(path: string): void {
    const pack = Pack.existing(path);
    this.#packs.set(path, pack);
    if (!existsSync(indexPath(path))) return;
    for (const segment of parseIndex(readFileSync(indexPath(path), 'latin1'), pack)) this.#remember(segment);
  }
}

interface PackFile {
  readonly path: string;
  readonly size: number;
  readonly usedAt: number;
}

/** In the order they were begun. */
function listPacks(folder: string): PackFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.pack'));
  return names.sort().flatMap((name) => statPack(join(folder, name)) ?? []);
}

function statPack(path: string): PackFile | undefined {
  const pack = statSync(path, { throwIfNoEntry: false });
  const index = statSync(indexPath(path), { throwIfNoEntry: false });
  if (!pack) return undefined;
  return { path, size: pack.size + (index?.size ?? 0), usedAt: index?.mtimeMs ?? pack.mtimeMs };
}

/** Removes the packs used longest ago until the rest is within the limits, and gives the rest. */
function evict(packs: readonly PackFile[], limit: number): PackFile[] {
  const kept = new Set<PackFile>();
  let size = 0;
  for (const pack of packs.toSorted((a, b) => b.usedAt - a.usedAt)) {
    size += pack.size;
    if (size <= limit && kept.size < PACKS_MAX) kept.add(pack);
    else removePack(pack.path);
  }
  return packs.filter((pack) => kept.has(pack));
}

function removePack(path: string): void {
  rmSync(indexPath(path), { force: true });
  rmSync(path, { force: true });
}

/** Marks a pack as used. In a cache that cannot be written the mark is not needed. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch (error) {
    if (!systemCode(error)) throw error;
  }
}

function indexPath(pack: string): string {
  return pack.replace(/\.pack$/, '.index');
}

/** Sorts by time of birth; no two processes of a machine or of two machines share one. */
function packName(): string {
  const born = Date.now().toString(36).padStart(9, '0');
  return `${born}-${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
}

function headKey(length: number, head: number, coding: string): string {
  return `${length} ${head} ${coding}`;
}
